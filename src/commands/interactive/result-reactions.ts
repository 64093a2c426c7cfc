/** What reactions on a job's messages do: the same image again, larger, stronger, as a film, a favourite, deleted. */

import { type Job, mayManage } from "../../domain/model.js";
import type { Chat } from "../../port/adapter.js";
import type { ReactionEvent } from "../../port/events.js";
import { sameEmoji } from "../../shared/typed.js";
import type { Favourites } from "../../store/favourites.js";
import type { Moderation } from "../moderation/moderation.js";
import { repeatJob } from "../recipes/repeat.js";
import type { JobRequester } from "../recipes/start-job.js";
import type { Variant } from "../recipes/variants.js";
import { type DeleteServices, deleteJob } from "./delete-job.js";
import { makeVariant, type VariantServices } from "./make-variant.js";

export type ResultServices = VariantServices &
  DeleteServices & {
    readonly store: { readonly favourites: Pick<Favourites, "react" | "clear"> };
    readonly moderation: Pick<Moderation, "noteOnOthers">;
  };

/** A reaction on a finished job's message. */
interface Reacted {
  readonly event: ReactionEvent;
  readonly job: Job;
  readonly chat: Chat;
  readonly services: ResultServices;
}

interface ResultReaction {
  readonly emoji: string;
  /** The button that does the same, if one does. */
  readonly button?: Variant | "again" | "delete";
  /** For docs/commands.md. */
  readonly help: string;
  /** Whether taking the reaction back means something too. */
  readonly undoes?: boolean;
  act(reacted: Reacted): Promise<void>;
}

export const FAVOURITE = "❤️";

export const RESULT_REACTIONS: readonly ResultReaction[] = [
  { emoji: "🔁", button: "again", help: "again with another seed", act: again },
  { emoji: "⬆️", button: "larger", help: "larger", act: (reacted) => variant("larger", reacted) },
  { emoji: "➕", button: "stronger", help: "stronger", act: (reacted) => variant("stronger", reacted) },
  { emoji: "➖", button: "weaker", help: "weaker", act: (reacted) => variant("weaker", reacted) },
  { emoji: "🎬", button: "film", help: "a zoom film", act: (reacted) => variant("film", reacted) },
  { emoji: FAVOURITE, help: "favourite", undoes: true, act: favourite },
  { emoji: "🗑️", button: "delete", help: "delete it (the author and moderators)", act: remove },
];

export function resultReaction(emoji: string): ResultReaction | undefined {
  return RESULT_REACTIONS.find((meaning) => sameEmoji(meaning.emoji, emoji));
}

function again(reacted: Reacted): Promise<void> {
  return repeatJob(reacted.job, {}, requesterOf(reacted), reacted.services);
}

function variant(what: Variant, reacted: Reacted): Promise<void> {
  return makeVariant({ variant: what }, reacted.job, requesterOf(reacted), reacted.services);
}

/** Jobs that reactions start are shown where the result is. */
function requesterOf({ event, job, chat }: Reacted): JobRequester {
  return { chat, channel: job.channel, user: event.user, jobId: event.receipt?.job };
}

async function favourite({ event, job, services }: Reacted): Promise<void> {
  const { added, message, user } = event;
  const by = { platform: job.channel.platform, user: user.id, roles: user.roles };
  services.store.favourites.react(job.id, message, by, added);
}

async function remove({ event, job, chat, services }: Reacted): Promise<void> {
  // Somebody else's reaction may be a comment.
  if (!mayManage(event.user, job, event.message.channel)) return;
  await deleteJob(job, chat, services);
  services.moderation.noteOnOthers(event.user, "remove-work", job);
}
