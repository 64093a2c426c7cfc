import type { Job, MessageRef } from "../../domain/model.js";
import type { Chat } from "../../port/adapter.js";
import type { ReactionEvent, ReactionsClearedEvent, UnsignedReaction } from "../../port/events.js";
import { sameEmoji } from "../../shared/typed.js";
import type { InteractiveMessages } from "../../store/interactive-messages.js";
import { explainError } from "../user-error.js";
import type { ArtChannels } from "./art-channels.js";
import type { ReactionCollector } from "./reaction-collector.js";
import { FAVOURITE, type ResultServices, resultReaction } from "./result-reactions.js";
import { VOTE_OVER } from "./votes/votes.js";

type ReactionServices = ResultServices & {
  readonly store: { readonly interactiveMessages: InteractiveMessages };
};

/** Where reactions mean something of their own, in one chat. */
interface ReactionTargets {
  readonly collectors: readonly ReactionCollector[];
  readonly artChannels: ArtChannels;
}

interface Meaning {
  /** The message, and the thread it is in, as far as the program knows. */
  readonly message: MessageRef;
  /** Whether it matters which thread the message is in: a message of the program's own is known. */
  readonly thread: boolean;
  act(event: ReactionEvent): Promise<void>;
}

/**
 * What a reaction means on its message, whenever that was posted; most mean nothing. A palette or a vote comes first,
 * then what the emoji means on a result, then what it means on any image of an art channel.
 */
export async function meaningOf(
  given: UnsignedReaction,
  chat: Chat,
  services: ReactionServices,
  { collectors, artChannels }: ReactionTargets,
): Promise<Meaning | undefined> {
  const interactive = services.store.interactiveMessages.get(given.message);
  const collector = interactive && collectors.find(({ kind }) => kind === interactive.kind);
  if (collector)
    return { message: interactive.message, thread: false, act: (event) => collector.choose(event, interactive) };
  if (interactive?.kind === VOTE_OVER) return undefined;
  const result = resultReaction(given.emoji);
  const job = result && (await services.jobs.ofMessage(given.message));
  if (!result || !job) {
    const request = await artChannels.requestOf(given);
    return request && { message: given.message, thread: true, act: (event) => artChannels.start(event, request) };
  }
  // What still runs has buttons; its messages are about to change.
  if (job.state !== "done" || !(given.added || result.undoes)) return undefined;
  const message = messageOf(job, given.message);
  return { message, thread: false, act: (event) => result.act({ event, job, chat, services }) };
}

/** A message of a job, in its thread: platforms do not say it of every reaction. */
function messageOf({ messages: { announcement, progress, frames, final } }: Job, message: MessageRef): MessageRef {
  return [announcement, progress, ...frames, final].find((each) => each?.id === message.id) ?? message;
}

/** Does what a reaction means. */
export async function handleReaction(
  event: ReactionEvent,
  chat: Chat,
  services: ReactionServices,
  targets: ReactionTargets,
): Promise<void> {
  let { message } = event;
  try {
    const meaning = await meaningOf(event, chat, services, targets);
    message = meaning?.message ?? message;
    await meaning?.act(event);
  } catch (error) {
    await explainError(error, { message, user: event.user }, { chat, logger: services.logger });
  }
}

/** What moderators have cleared counts as taken back by everybody. */
export async function handleCleared(
  event: ReactionsClearedEvent,
  services: ReactionServices,
  collectors: readonly ReactionCollector[],
): Promise<void> {
  const { message, emoji } = event;
  try {
    const interactive = services.store.interactiveMessages.get(message);
    const collector = interactive && collectors.find(({ kind }) => kind === interactive.kind);
    if (collector) return await collector.clear(event, interactive);
    const job = await services.jobs.ofMessage(message);
    if (job && (emoji === undefined || sameEmoji(emoji, FAVOURITE))) services.store.favourites.clear(job.id, message);
  } catch (err) {
    services.logger.error({ err, message: message.id }, "cleared reactions could not be handled");
  }
}
