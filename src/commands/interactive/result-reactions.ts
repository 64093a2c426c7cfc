/** What reactions on a job's messages do: the same image again, larger, stronger, as a film, a favourite, deleted. */

import { type Job, mayManage } from "../../domain/model.js";
import type { Chat } from "../../port/adapter.js";
import type { ReactionEvent } from "../../port/events.js";
import type { JobRepository } from "../../queue/job-repository.js";
import { sameEmoji } from "../../shared/typed.js";
import type { Favourites } from "../../store/favourites.js";
import { checkMayUse } from "../images/may-use.js";
import { provenanceOfJob } from "../images/provenance.js";
import { SIDES } from "../recipes/recipe.js";
import { type RepeatServices, repeatJob } from "../recipes/repeat.js";
import { type JobRequester, startJob } from "../recipes/start-job.js";
import type { ChannelSettings } from "../settings/channel-settings.js";
import { UserError } from "../user-error.js";
import { type DeleteServices, deleteJob } from "./delete-job.js";

export type ResultServices = RepeatServices &
  DeleteServices & {
    readonly jobs: Pick<JobRepository, "result">;
    readonly settings: Pick<ChannelSettings, "largest">;
    readonly store: { readonly favourites: Pick<Favourites, "react" | "clear"> };
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
  /** For docs/commands.md. */
  readonly help: string;
  /** Whether taking the reaction back means something too. */
  readonly undoes?: boolean;
  act(reacted: Reacted): Promise<void>;
}

const LARGER = 1.5;
/** Of a dream's strength, which has no end, and of a painting's, which goes from 0 to 1. */
const STRONGER = 1.4;
const PAINTED_STRONGER = 0.15;

export const FAVOURITE = "❤️";

export const RESULT_REACTIONS: readonly ResultReaction[] = [
  { emoji: "🔁", help: "again with another seed", act: (reacted) => again(reacted, {}) },
  { emoji: "⬆️", help: "larger", act: (reacted) => again(reacted, larger(reacted)) },
  { emoji: "➕", help: "stronger", act: (reacted) => again(reacted, { strength: stronger(reacted, 1) }) },
  { emoji: "➖", help: "weaker", act: (reacted) => again(reacted, { strength: stronger(reacted, -1) }) },
  { emoji: "🎬", help: "a zoom film", act: film },
  { emoji: FAVOURITE, help: "favourite", undoes: true, act: favourite },
  { emoji: "🗑️", help: "delete it (the author and moderators)", act: remove },
];

export function resultReaction(emoji: string): ResultReaction | undefined {
  return RESULT_REACTIONS.find((meaning) => sameEmoji(meaning.emoji, emoji));
}

function again(reacted: Reacted, changes: Readonly<Record<string, unknown>>): Promise<void> {
  return repeatJob(reacted.job, changes, requesterOf(reacted), reacted.services);
}

/** Jobs that reactions start are shown where the result is. */
function requesterOf({ event, job, chat }: Reacted): JobRequester {
  return { chat, channel: job.channel, user: event.user, jobId: event.receipt?.job };
}

/** Every side that was chosen, larger: a texture has a width, and may have a height. */
function larger({ job: { recipe: name, params, channel }, services }: Reacted): Readonly<Record<string, number>> {
  const recipe = services.recipes.get(name);
  const maximum = recipe && services.settings.largest(recipe, channel);
  const sides = SIDES.flatMap((key) => (Number(params[key]) > 0 ? [[key, Number(params[key])] as const] : []));
  const longest = Math.max(...sides.map(([, side]) => side));
  // Where something else says how large it is, as the book's neurons do, these change nothing.
  if (!recipe || maximum === undefined || recipe.side(params) !== longest) throw new UserError("result.no-size");
  if (longest >= maximum) throw new UserError("result.largest", { size: longest });
  const factor = Math.min(LARGER, maximum / longest);
  return Object.fromEntries(sides.map(([key, side]) => [key, Math.round(side * factor)]));
}

function stronger({ job, services }: Reacted, direction: 1 | -1): number {
  const option = services.recipes.get(job.recipe)?.options.strength;
  const { minimum = 0, maximum = 1 } = option ?? {};
  const strength = Number(job.params.strength);
  if (!option || !Number.isFinite(strength)) throw new UserError("result.no-strength");
  const changed = maximum <= 1 ? strength + direction * PAINTED_STRONGER : strength * STRONGER ** direction;
  const bounded = Math.min(maximum, Math.max(minimum, Math.round(changed * 100) / 100));
  if (bounded === strength) throw new UserError("result.strength-limit", { strength });
  return bounded;
}

async function film(reacted: Reacted): Promise<void> {
  const { event, job, services } = reacted;
  checkMayUse(job.author, requesterOf(reacted), services);
  const result = await services.jobs.result(job.id);
  const recipe = services.recipes.get("zoom");
  if (!recipe || !result) throw new UserError("result.image-gone", { id: job.id });
  const images = { image: { bytes: result.bytes } };
  const provenance = provenanceOfJob(job, event.user);
  await startJob({ recipe, given: {}, images, provenance }, requesterOf(reacted), services);
}

async function favourite({ event, job, services }: Reacted): Promise<void> {
  const { added, message, user } = event;
  services.store.favourites.react(job.id, message, { platform: job.channel.platform, user: user.id }, added);
}

async function remove({ event, job, chat, services }: Reacted): Promise<void> {
  // Somebody else's reaction may be a comment.
  if (mayManage(event.user, job)) await deleteJob(job, chat, services);
}
