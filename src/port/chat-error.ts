import { type Said, type SaidWith, SentenceError } from "../shared/sentences/sentence-error.js";

export type ChatErrorKind = "gone" | "forbidden" | "too-large" | "rate-limited" | "timeout" | "unavailable";

/** Why a platform did not do what was asked. `message` is a sentence that users can act on. */
export class ChatError<S extends Said = Said> extends SentenceError<S> {
  override readonly name = "ChatError";
  constructor(
    readonly kind: ChatErrorKind,
    said: S,
    ...rest: SaidWith<S>
  ) {
    super(said, ...rest);
  }
}
