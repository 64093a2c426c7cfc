import { StoreError } from "../store/errors.js";

/**
 * What a person is told when the data folder has not taken what they wanted to be kept; undefined for every other error. It names no
 * path: the log has it, with the cause, for whoever runs the program.
 */
export function storeFailureText(error: unknown): string | undefined {
  if (!(error instanceof StoreError)) return undefined;
  switch (error.kind) {
    case "full":
      return "I cannot keep this: my disk is full. Whoever runs me has to free some space; then please try again. What I had accepted goes on.";
    case "unwritable":
      return "I cannot keep this: my data folder cannot be written. Whoever runs me has to make it writable; then please try again. What I had accepted goes on.";
    case "damaged":
      return "I cannot keep this: my database is damaged. Whoever runs me has to put back a copy of it; then please try again.";
    default:
      return undefined;
  }
}
