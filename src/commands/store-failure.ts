import { sentence } from "../shared/sentences/sentence.js";
import { StoreError } from "../store/errors.js";

/**
 * What a person is told when the data folder has not taken what they wanted to be kept; undefined for every other error. It names no
 * path: the log has it, with the cause, for whoever runs the program.
 */
export function storeFailureText(error: unknown): string | undefined {
  if (!(error instanceof StoreError)) return undefined;
  switch (error.kind) {
    case "full":
      return sentence("keep.full");
    case "unwritable":
      return sentence("keep.unwritable");
    case "damaged":
      return sentence("keep.damaged");
    default:
      return undefined;
  }
}
