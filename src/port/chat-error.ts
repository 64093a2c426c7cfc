import { KindError, type Said, SentenceError } from "../shared/sentences/sentence-error.js";

export type ChatErrorKind =
  | "gone"
  | "forbidden"
  | "unknown-emoji"
  | "too-large"
  | "rate-limited"
  | "timeout"
  | "unavailable";

/** Why a platform did not do what was asked. `message` is a sentence that users can act on. */
export class ChatError<S extends Said = Said> extends KindError<ChatErrorKind, S> {
  override readonly name = "ChatError";
}

const PASSING: readonly ChatErrorKind[] = ["rate-limited", "timeout", "unavailable"];

/** Whether a chat may do later what it did not do now, as it was too busy or out; also as another error relays it. */
export function mayPass(error: unknown): boolean {
  if (error instanceof ChatError) return PASSING.includes(error.kind);
  return error instanceof SentenceError && mayPass(error.cause);
}
