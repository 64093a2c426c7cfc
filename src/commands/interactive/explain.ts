import type { Chat, MessageRef, ReactionEvent } from "../../port/chat.js";
import { Mistake } from "../command.js";
import type { Desk } from "../context.js";
import { plain } from "../presenting/plain.js";
import { diskTrouble } from "../store-failure.js";

/** Tells a person, where they reacted, why nothing came of it: a reaction has no private answer. */
export async function explain(
  error: unknown,
  message: MessageRef,
  person: ReactionEvent["person"],
  chat: Chat,
  desk: Desk,
): Promise<void> {
  const known = error instanceof Mistake;
  if (!known) desk.logger.error({ err: error, message: message.id }, "a reaction could not be handled");
  const unknown = "Something went wrong on my side; it has been written to the log. Please try again.";
  const text = known ? error.message : (diskTrouble(error) ?? unknown);
  try {
    await chat.post(message.place, { text: `${plain(person.name)}: ${text}`, mention: [person] });
  } catch (failure) {
    desk.logger.warn({ err: failure, person: person.id }, "a person could not be answered");
  }
}
