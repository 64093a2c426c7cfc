import type { MessageRef } from "../../domain/message.js";
import type { Chat } from "../../port/adapter.js";
import type { ReactionEvent } from "../../port/events.js";
import { sentence } from "../../shared/sentences/sentence.js";
import type { AppContext } from "../context.js";
import { plain } from "../presenting/plain.js";
import { storeFailureText } from "../store-failure.js";
import { UserError } from "../user-error.js";

/** Tells a person, where they reacted, why nothing came of it: a reaction has no private answer. */
export async function explain(
  error: unknown,
  message: MessageRef,
  user: ReactionEvent["user"],
  chat: Chat,
  app: AppContext,
): Promise<void> {
  const known = error instanceof UserError;
  if (!known) app.logger.error({ err: error, message: message.id }, "a reaction could not be handled");
  const unknown = sentence("unexpected");
  const text = known ? error.message : (storeFailureText(error) ?? unknown);
  try {
    await chat.post(message.channel, { text: `${plain(user.name)}: ${text}`, mention: [user] });
  } catch (failure) {
    app.logger.warn({ err: failure, person: user.id }, "a person could not be answered");
  }
}
