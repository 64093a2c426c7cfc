import type { Logger } from "pino";
import type { MessageRef } from "../../domain/message.js";
import type { Member } from "../../domain/user.js";
import type { Chat } from "../../port/adapter.js";
import { errorText } from "../presenting/error-text.js";
import { plain } from "../presenting/plain.js";
import { UserError } from "../user-error.js";

/** Tells a person, where they reacted, why nothing came of it: a reaction has no private answer. */
export async function explainError(
  error: unknown,
  { message, user }: { readonly message: MessageRef; readonly user: Member },
  { chat, logger }: { readonly chat: Pick<Chat, "post">; readonly logger: Logger },
): Promise<void> {
  if (!(error instanceof UserError))
    logger.error({ err: error, message: message.id }, "a reaction could not be handled");
  try {
    await chat.post(message.channel, { text: `${plain(user.name)}: ${errorText(error)}`, mention: [user] });
  } catch (failure) {
    logger.warn({ err: failure, person: user.id }, "a person could not be answered");
  }
}
