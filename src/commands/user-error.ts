import { type Said, SentenceError } from "../shared/sentences/sentence-error.js";

/** What the person who typed can mend: what is wrong, what would be right, and an example. Told to that person only. */
export class UserError<S extends Said = Said> extends SentenceError<S> {
  override readonly name = "UserError";
}
