import { type Job, type JobFailure, workedMs } from "../../domain/job.js";
import type { EngineFrame, EngineResult } from "../../engine/process/engine.js";
import type { Button, OutgoingMessage, Picture } from "../../port/messages.js";
import type { CancelReason, QueuePosition } from "../../queue/queue.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { commandLine, type Recipe } from "../recipes/recipe.js";
import { creditLine } from "./credits.js";
import { plain } from "./plain.js";
import { duration, elapsed, ordinal } from "./words.js";

export { plain };

/** What a job's messages say. Pure: a job and what happened in, a message out. */

type JobVerb = "cancel" | "again" | "delete";

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
  label: sentence("button.cancel"),
  emoji: "✋",
  style: "secondary",
});
const againButton = (job: Job): Button => ({
  id: buttonId("again", job.id),
  label: sentence("button.again"),
  emoji: "🔁",
  style: "primary",
});
const deleteButton = (job: Job): Button => ({
  id: buttonId("delete", job.id),
  label: sentence("button.delete"),
  emoji: "🗑",
  style: "danger",
});

function heading(recipe: Recipe, job: Job): string {
  return sentence("job.heading", {
    title: recipe.title(job.params),
    author: plain(job.author.name),
    origin: job.from,
    variation: job.repeats === true,
    id: job.id,
  });
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
  if (!position) return sentence("job.accepted");
  const takes =
    position.runSeconds < 1
      ? sentence("job.moment")
      : sentence("job.about", { duration: duration(position.runSeconds) });
  if (position.position === 0) return sentence("job.painting", { takes });
  if (notice !== undefined) return sentence("job.in-line-notice", { place: ordinal(position.position), takes, notice });
  const before =
    position.waitSeconds < 1
      ? sentence("job.starts-at-once")
      : sentence("job.starts-in", { duration: duration(position.waitSeconds) });
  return sentence("job.in-line", { place: ordinal(position.position), starts: before, takes });
}

/** The thread's first message: what will be done. */
export function beginning(recipe: Recipe, job: Job, position: QueuePosition | undefined): OutgoingMessage {
  return {
    text: sentence("job.beginning", {
      title: recipe.title(job.params),
      duration: position && position.runSeconds >= 1 ? duration(position.runSeconds) : undefined,
    }),
    progress: { value: 0, label: sentence("job.starting") },
  };
}

/** The message that changes between octaves. */
export function underway(
  frame: EngineFrame,
  secondsLeft: number | undefined,
  picture: Picture | undefined,
): OutgoingMessage {
  const label =
    frame.kind === "film"
      ? sentence("frame.film", { frame: frame.octave, frames: frame.octaves })
      : sentence("frame.step", { octave: frame.octave, octaves: frame.octaves, step: frame.step, steps: frame.steps });
  return {
    text: sentence("frame.underway", { label, left: secondsLeft === undefined ? undefined : duration(secondsLeft) }),
    progress: { value: Math.min(1, Math.max(0, frame.progress)), label },
    ...(picture ? { pictures: [picture] } : { keepPictures: true }),
  };
}

/** One octave's frame, a message of its own. */
export function octaveFrame(job: Job, frame: EngineFrame): OutgoingMessage {
  return {
    text: sentence("frame.size", {
      octave: frame.octave,
      octaves: frame.octaves,
      width: frame.width,
      height: frame.height,
    }),
    pictures: [framePicture(job, frame)],
  };
}

export function framePicture(job: Job, frame: EngineFrame): Picture {
  return {
    bytes: frame.picture,
    name: `${job.recipe}-${job.id}-octave-${frame.octave}.${extension(frame.type)}`,
    type: frame.type,
    description: sentence("frame.description", { octave: frame.octave, octaves: frame.octaves }),
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
    description: sentence("result.description", {
      title: recipe.title(job.params),
      author: plain(job.author.name),
      width,
      height,
    }),
    ...(job.spoiler ? { spoiler: true } : {}),
  };
}

/** The last message of the thread. */
export function finished(recipe: Recipe, job: Job, result: EngineResult, picture: Picture): OutgoingMessage {
  const facts = [
    `${result.width} × ${result.height}`,
    sentence("result.took", { duration: took(job, result) }),
    sentence("result.runtime", { network: result.network, runtime: result.runtime }),
  ].join(" · ");
  const line = commandLine(recipe, { ...job.params, seed: result.seed }, job.pictures);
  // The mention names the person.
  const credits = creditLine(job.credits);
  const parts = [
    sentence("result.ready", { title: recipe.title(job.params) }),
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
    sentence("result.done-in", { duration: took(job, result), credits }),
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
  return failure.kind === "memory" ? sentence("job.retry-memory") : sentence("job.retry-crash");
}

/** One sentence on why there is no picture. */
export function failureText(failure: JobFailure): string {
  if (failure.kind === "crashed") return sentence("job.crashed");
  if (failure.kind === "memory") return sentence("job.out-of-memory", { reason: failure.message });
  return failure.message;
}

export function cancelText(reason: CancelReason): string {
  return sentence("job.cancelled", { by: plain(reason.name) });
}

/** The channel's message while the program is away. */
export function suspendedAnnouncement(recipe: Recipe, job: Job): OutgoingMessage {
  return {
    text: [heading(recipe, job), lineBlock(recipe, job), sentence("job.suspended")].join("\n"),
    buttons: [cancelButton(job)],
  };
}

/** The thread's changing message while the program is away. */
export function suspendedProgress(): OutgoingMessage {
  return { text: sentence("job.suspended"), keepPictures: true };
}

/** Said once in the thread of a job that had begun before a restart. */
export function resumedText(): string {
  return sentence("job.resumed");
}

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
