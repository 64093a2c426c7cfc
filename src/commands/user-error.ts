import type { Logger } from "pino";
import type { MessageRef, User } from "../domain/model.js";
import type { Chat } from "../port/adapter.js";
import { sentence } from "../shared/sentences/sentence.js";
import { type Said, SentenceError } from "../shared/sentences/sentence-error.js";
import { keepSentence } from "../shared/store-error.js";
import { plain } from "../shared/text.js";

/** What a person can mend: what is wrong, what would be right, and an example. Shown to that person only. */
export class UserError<S extends Said = Said> extends SentenceError<S> {
  override readonly name = "UserError";
}

/** What a person is told of an error. Only a `UserError` says all there is to know; others belong in the log. */
export function errorText(error: unknown): string {
  if (error instanceof UserError) return error.message;
  return sentence(keepSentence(error) ?? "unexpected");
}

/**
 * Tells a person, where they reacted, why nothing came of it: a reaction has no ephemeral answer.
 * @returns whether the chat took it
 */
export async function explainError(
  error: unknown,
  { message, user }: { readonly message: MessageRef; readonly user: User },
  { chat, logger }: { readonly chat: Pick<Chat, "post">; readonly logger: Logger },
): Promise<boolean> {
  if (!(error instanceof UserError))
    logger.error({ err: error, message: message.id }, "a reaction could not be handled");
  try {
    await chat.post(message.channel, { text: `${plain(user.name)}: ${errorText(error)}`, mention: [user] });
    return true;
  } catch (failure) {
    logger.warn({ err: failure, person: user.id }, "a person could not be answered");
    return false;
  }
}
