import { type Job, type JobFailure, workedMs } from "../../domain/job.js";
import type { EngineFrame, EngineResult } from "../../engine/process/engine.js";
import type { Button, OutgoingMessage, Picture } from "../../port/messages.js";
import type { CancelReason, QueuePosition } from "../../queue/queue.js";
import { commandLine, type Recipe } from "../recipes/recipe.js";
import { creditLine } from "./credits.js";
import { plain } from "./plain.js";
import { duration, elapsed, ordinal } from "./words.js";

export { plain };

/** What a job's messages say. Pure: a job and what happened in, a message out. */

export type JobVerb = "cancel" | "again" | "delete";

export function buttonId(verb: JobVerb, job: string): string {
  return `job:${verb}:${job}`;
}

/** The verb and the job of a pressed button; undefined for buttons of something else. */
export function readButtonId(id: string): { readonly verb: JobVerb; readonly job: string } | undefined {
  const match = /^job:(cancel|again|delete):([A-Z0-9]{1,16})$/.exec(id);
  const [, verb, job] = match ?? [];
  return job !== undefined && (verb === "cancel" || verb === "again" || verb === "delete") ? { verb, job } : undefined;
}

const cancelButton = (job: Job): Button => ({
  id: buttonId("cancel", job.id),
  label: "Cancel",
  emoji: "✋",
  style: "secondary",
});
const againButton = (job: Job): Button => ({
  id: buttonId("again", job.id),
  label: "Again",
  emoji: "🔁",
  style: "primary",
});
const deleteButton = (job: Job): Button => ({
  id: buttonId("delete", job.id),
  label: "Delete",
  emoji: "🗑",
  style: "danger",
});

function heading(recipe: Recipe, job: Job): string {
  const origin = job.from === undefined ? "" : `, ${job.repeats ? "a variation of" : "from"} \`${job.from}\``;
  return `**${recipe.title(job.params)}** for ${plain(job.author.name)}${origin} · job \`${job.id}\``;
}

function lineBlock(recipe: Recipe, job: Job): string {
  return `\`${commandLine(recipe, job.params, job.pictures)}\``;
}

export function threadTitle(recipe: Recipe, job: Job): string {
  return `${recipe.title(job.params)} · ${job.id}`;
}

/**
 * The public answer while the job waits or runs.
 * @param notice why nobody can say when it begins: what the queue has to say to all who wait
 */
export function announcement(
  recipe: Recipe,
  job: Job,
  position: QueuePosition | undefined,
  notice?: string,
): OutgoingMessage {
  return {
    text: [heading(recipe, job), lineBlock(recipe, job), outlook(position, notice)].join("\n"),
    buttons: [cancelButton(job)],
  };
}

function outlook(position: QueuePosition | undefined, notice: string | undefined): string {
  if (!position) return "Taken on.";
  const takes = position.runSeconds < 1 ? "a moment" : `about ${duration(position.runSeconds)}`;
  if (position.position === 0) return `Painting now, ${takes} to go; the frames are in the thread.`;
  if (notice !== undefined) return `${ordinal(position.position)} in line, takes ${takes}. ${notice}`;
  const before = position.waitSeconds < 1 ? "starts at once" : `starts in about ${duration(position.waitSeconds)}`;
  return `${ordinal(position.position)} in line, ${before}, takes ${takes}.`;
}

/** The thread's first message: what will be done. */
export function beginning(recipe: Recipe, job: Job, position: QueuePosition | undefined): OutgoingMessage {
  const outlookText = position && position.runSeconds >= 1 ? ` It takes about ${duration(position.runSeconds)}.` : "";
  return { text: `${recipe.title(job.params)}: starting.${outlookText}`, progress: { value: 0, label: "Starting" } };
}

/** The message that changes between octaves. */
export function underway(
  frame: EngineFrame,
  secondsLeft: number | undefined,
  picture: Picture | undefined,
): OutgoingMessage {
  const label =
    frame.kind === "film"
      ? `Frame ${frame.octave} of ${frame.octaves}`
      : `Octave ${frame.octave} of ${frame.octaves}, step ${frame.step} of ${frame.steps}`;
  const left = secondsLeft === undefined ? "" : ` · about ${duration(secondsLeft)} left`;
  return {
    text: `${label}${left}`,
    progress: { value: Math.min(1, Math.max(0, frame.progress)), label },
    ...(picture ? { pictures: [picture] } : { keepPictures: true }),
  };
}

/** One octave's frame, a message of its own. */
export function octaveFrame(job: Job, frame: EngineFrame): OutgoingMessage {
  return {
    text: `Octave ${frame.octave} of ${frame.octaves} · ${frame.width} × ${frame.height}`,
    pictures: [framePicture(job, frame)],
  };
}

export function framePicture(job: Job, frame: EngineFrame): Picture {
  return {
    bytes: frame.picture,
    name: `${job.recipe}-${job.id}-octave-${frame.octave}.${extension(frame.type)}`,
    type: frame.type,
    description: `The picture after octave ${frame.octave} of ${frame.octaves}`,
    ...(job.spoiler ? { spoiler: true } : {}),
  };
}

export function resultPicture(recipe: Recipe, job: Job, result: EngineResult): Picture {
  const { picture, type, width, height } = result;
  const name = `${job.recipe}-${job.id}.${extension(type)}`;
  return {
    bytes: picture,
    name,
    type,
    description: `${recipe.title(job.params)} by ${plain(job.author.name)}, ${width} × ${height} pixels`,
    ...(job.spoiler ? { spoiler: true } : {}),
  };
}

/** The last message of the thread. */
export function finished(recipe: Recipe, job: Job, result: EngineResult, picture: Picture): OutgoingMessage {
  const facts = [
    `${result.width} × ${result.height}`,
    `took ${took(job, result)}`,
    `${result.network} on ${result.runtime}`,
  ].join(" · ");
  const line = commandLine(recipe, { ...job.params, seed: result.seed }, job.pictures);
  // The mention names the person.
  const credits = creditLine(job.credits);
  const parts = [
    `Your picture is ready: **${recipe.title(job.params)}**`,
    facts,
    ...(credits ? [credits] : []),
    `\`\`\`\n${line}\n\`\`\``,
  ];
  const text = parts.join("\n");
  return { text, pictures: [picture], mention: [job.author] };
}

/** The channel's message in the end; without the picture where the final one is right below it. */
export function showpiece(
  recipe: Recipe,
  job: Job,
  result: EngineResult,
  picture: Picture | undefined,
): OutgoingMessage {
  const line = commandLine(recipe, { ...job.params, seed: result.seed }, job.pictures);
  const credits = creditLine(job.credits);
  const text = [
    heading(recipe, job),
    `\`${line}\``,
    `Done in ${took(job, result)}.${credits ? ` ${credits}.` : ""}`,
  ].join("\n");
  return { text, ...(picture ? { pictures: [picture] } : {}), buttons: [againButton(job), deleteButton(job)] };
}

function took(job: Job, result: EngineResult): string {
  const { startedAt, finishedAt } = job;
  const seconds =
    startedAt === undefined || finishedAt === undefined ? result.seconds : workedMs(job, finishedAt) / 1000;
  return elapsed(seconds);
}

export function retryingText(failure: JobFailure): string {
  if (failure.kind === "moved") return failure.message;
  return failure.kind === "memory"
    ? "The painter ran out of memory on this picture; trying again."
    : "The painter crashed on this picture; trying again.";
}

/** One sentence on why there is no picture. */
export function failureText(failure: JobFailure): string {
  if (failure.kind === "crashed")
    return "The painter crashed on this picture again and again, so I have stopped. A smaller size may help.";
  if (failure.kind === "memory")
    return `The painter ran out of memory again and again, so I have stopped; a smaller size needs less. (${failure.message})`;
  return failure.message;
}

export function cancelText(reason: CancelReason): string {
  return `Cancelled by ${plain(reason.name)}.`;
}

const SUSPENDED = "Dreamloom is being restarted; this goes on by itself as soon as it is back.";

/** The channel's message while the program is away. */
export function suspendedAnnouncement(recipe: Recipe, job: Job): OutgoingMessage {
  return { text: [heading(recipe, job), lineBlock(recipe, job), SUSPENDED].join("\n"), buttons: [cancelButton(job)] };
}

/** The thread's changing message while the program is away. */
export function suspendedProgress(): OutgoingMessage {
  return { text: SUSPENDED, keepPictures: true };
}

/** Said once in the thread of a job that had begun before a restart. */
export const RESUMED = "Dreamloom was restarted; this goes on from where it was.";

/** The channel's message when there is no picture. */
export function ended(recipe: Recipe, job: Job, why: string): OutgoingMessage {
  return {
    text: [heading(recipe, job), lineBlock(recipe, job), why].join("\n"),
    buttons: [againButton(job), deleteButton(job)],
  };
}

function extension(type: string): string {
  return { "image/jpeg": "jpg", "image/webp": "webp" }[type] ?? "png";
}
