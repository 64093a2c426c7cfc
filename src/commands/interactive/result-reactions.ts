import type { Job } from "../../domain/job.js";
import type { Chat } from "../../port/adapter.js";
import type { ReactionEvent } from "../../port/events.js";
import type { AppContext } from "../context.js";
import { provenanceOfJob } from "../images/provenance.js";
import { mayManage } from "../presenting/permission.js";
import { repeat } from "../recipes/again.js";
import { order, scopeOf } from "../recipes/recipe-command.js";
import { startJob } from "../recipes/start-job.js";
import { sameEmoji } from "../styles/style-library.js";
import { UserError } from "../user-error.js";
import { deleteJob } from "./press-button.js";

interface Reacted {
  readonly event: ReactionEvent;
  readonly job: Job;
  readonly chat: Chat;
  readonly app: AppContext;
}

interface ResultReaction {
  readonly emoji: string;
  /** In the help. */
  readonly help: string;
  /** Whether taking the reaction back means something too. */
  readonly undoes?: boolean;
  act(reacted: Reacted): Promise<void>;
}

const LARGER = 1.5;
/** Of a dream's strength, which has no end, and of a painting's, which goes from 0 to 1. */
const STRONGER = 1.4;
const PAINTED_STRONGER = 0.15;

export const RESULT_REACTIONS: readonly ResultReaction[] = [
  { emoji: "🔁", help: "again with another seed", act: (reacted) => again(reacted, {}) },
  { emoji: "⬆️", help: "larger", act: (reacted) => again(reacted, { size: larger(reacted) }) },
  { emoji: "➕", help: "stronger", act: (reacted) => again(reacted, { strength: stronger(reacted, 1) }) },
  { emoji: "➖", help: "weaker", act: (reacted) => again(reacted, { strength: stronger(reacted, -1) }) },
  { emoji: "🎬", help: "a zoom film", act: film },
  { emoji: "❤️", help: "favourite", undoes: true, act: favourite },
  { emoji: "🗑️", help: "delete it (the author and moderators)", act: remove },
];

export function resultReaction(emoji: string): ResultReaction | undefined {
  return RESULT_REACTIONS.find((meaning) => sameEmoji(meaning.emoji, emoji));
}

function again({ event, job, chat, app }: Reacted, changes: Readonly<Record<string, unknown>>): Promise<void> {
  return repeat(
    { chat, app, user: event.user, channel: job.channel, replyPublic: (message) => chat.post(job.channel, message) },
    job,
    changes,
  );
}

function larger({ job, app }: Reacted): number {
  const recipe = app.recipes.get(job.recipe);
  const maximum = recipe?.options.size && app.settings.largest(recipe, job.channel);
  const size = Number(job.params.size);
  if (maximum === undefined || !(size > 0)) throw new UserError("result.no-size");
  if (size >= maximum) throw new UserError("result.largest", { size });
  return Math.min(maximum, Math.round(size * LARGER));
}

function stronger({ job, app }: Reacted, direction: 1 | -1): number {
  const option = app.recipes.get(job.recipe)?.options.strength;
  const { minimum = 0, maximum = 1 } = option ?? {};
  const strength = Number(job.params.strength);
  if (!option || !Number.isFinite(strength)) throw new UserError("result.no-strength");
  const changed = maximum <= 1 ? strength + direction * PAINTED_STRONGER : strength * STRONGER ** direction;
  const bounded = Math.min(maximum, Math.max(minimum, Math.round(changed * 100) / 100));
  if (bounded === strength) throw new UserError("result.strength-limit", { strength });
  return bounded;
}

async function film({ event, job, chat, app }: Reacted): Promise<void> {
  const result = await app.jobs.result(job.id);
  const recipe = app.recipes.get("zoom");
  if (!recipe || !result) throw new UserError("result.image-gone", { id: job.id });
  const { channel } = job;
  const draft = await recipe.change(
    { params: app.settings.defaults(recipe, channel), pictures: { image: result.bytes } },
    {},
    scopeOf({ channel, chat, app }),
  );
  const context = {
    chat,
    app,
    user: event.user,
    channel,
    replyPublic: (message: Parameters<Chat["post"]>[1]) => chat.post(channel, message),
  };
  await startJob(context, order(recipe, draft, provenanceOfJob(job, event.user)));
}

async function favourite({ event, job, app }: Reacted): Promise<void> {
  const { added, message, user } = event;
  app.store.favourites.react(job.id, message, { platform: job.channel.platform, user: user.id }, added);
}

async function remove({ event, job, chat, app }: Reacted): Promise<void> {
  // Somebody else's reaction may be a comment.
  if (!mayManage(event.user, job)) return;
  await deleteJob(job, chat, app);
}
