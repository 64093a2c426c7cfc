import type { Chat } from "../../port/adapter.js";
import type { ReactionEvent } from "../../port/events.js";
import type { AppContext } from "../context.js";
import type { ArtChannels } from "./art-channel.js";
import { explain } from "./explain.js";
import { PALETTE, type Palettes } from "./palette.js";
import { resultReaction } from "./result-reactions.js";
import { VOTE, VOTE_OVER } from "./votes/votes.js";

/** What remembers something about reactions while the program runs. */
export interface Reactors {
  readonly palettes: Palettes;
  readonly artChannels: ArtChannels;
}

/**
 * Does what a reaction means on the message where it is, whenever that was posted; most reactions mean nothing. A palette or a vote comes
 * first, then what the emoji means on a result, then what it means on any picture of an art channel.
 */
export async function handleReaction(
  event: ReactionEvent,
  chat: Chat,
  app: AppContext,
  { palettes, artChannels }: Reactors,
): Promise<void> {
  try {
    const interactive = app.store.interactiveMessages.get(event.message);
    if (interactive?.kind === PALETTE) return await palettes.react(event, interactive, chat, app);
    if (interactive?.kind === VOTE) return await app.votes.react(event, interactive, chat, app);
    if (interactive?.kind === VOTE_OVER) return;
    const meaning = resultReaction(event.emoji);
    const job = meaning && (await app.jobs.ofMessage(event.message));
    if (!meaning || !job) return await artChannels.react(event, chat, app);
    // What still runs has buttons; its messages are about to change.
    if (job.state === "done" && (event.added || meaning.undoes)) await meaning.act({ event, job, chat, app });
  } catch (error) {
    await explain(error, event.message, event.user, chat, app);
  }
}
