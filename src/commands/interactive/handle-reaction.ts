import type { Chat } from "../../port/adapter.js";
import type { ReactionEvent } from "../../port/events.js";
import type { InteractiveMessages } from "../../store/interactive-messages.js";
import { explainError } from "../user-error.js";
import type { ArtChannels } from "./art-channels.js";
import type { ReactionCollector } from "./reaction-collector.js";
import { type ResultServices, resultReaction } from "./result-reactions.js";
import { VOTE_OVER } from "./votes/votes.js";

type ReactionServices = ResultServices & {
  readonly store: { readonly interactiveMessages: InteractiveMessages };
};

/** Where reactions mean something of their own, in one chat. */
interface ReactionTargets {
  readonly collectors: readonly ReactionCollector[];
  readonly artChannels: ArtChannels;
}

/**
 * Does what a reaction means on its message, whenever that was posted; most reactions mean nothing. A palette or a vote
 * comes first, then what the emoji means on a result, then what it means on any image of an art channel.
 */
export async function handleReaction(
  event: ReactionEvent,
  chat: Chat,
  services: ReactionServices,
  { collectors, artChannels }: ReactionTargets,
): Promise<void> {
  try {
    const interactive = services.store.interactiveMessages.get(event.message);
    const collector = interactive && collectors.find(({ kind }) => kind === interactive.kind);
    if (collector) return await collector.choose(event, interactive);
    if (interactive?.kind === VOTE_OVER) return;
    const meaning = resultReaction(event.emoji);
    const job = meaning && (await services.jobs.ofMessage(event.message));
    if (!meaning || !job) return await artChannels.choose(event);
    // What still runs has buttons; its messages are about to change.
    if (job.state === "done" && (event.added || meaning.undoes)) await meaning.act({ event, job, chat, services });
  } catch (error) {
    await explainError(error, event, { chat, logger: services.logger });
  }
}
