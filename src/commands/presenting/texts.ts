/** What a job's messages say. Pure: a job and what happened in, a message out. */

import { type Credit, type Job, type JobFailure, pictureName, workedMs } from "../../domain/model.js";
import type { EngineFrame, EngineResult } from "../../engine/process/engine.js";
import { variationsOf } from "../../engine/recipes/outcome.js";
import { teachDefinition } from "../../engine/recipes/teach/definition.js";
import type { Button, Countdown, OutgoingMessage, Picture } from "../../port/messages.js";
import { toldPosition } from "../../queue/positions.js";
import type { QueuePosition } from "../../queue/queue.js";
import { defined } from "../../shared/defined.js";
import type { FramePart } from "../../shared/sentences/english.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { duration, elapsed, inCode, listed, plain } from "../../shared/text.js";
import { commandLine, type Recipe } from "../recipes/recipe.js";

const BUTTONS = {
  cancel: { emoji: "✋", style: "secondary" },
  choose: { emoji: "🖼️", style: "secondary" },
  enlarge: { emoji: "⬆️", style: "secondary" },
  vary: { emoji: "🎲", style: "secondary" },
  stronger: { emoji: "➕", style: "secondary" },
  weaker: { emoji: "➖", style: "secondary" },
  larger: { emoji: "⬆️", style: "secondary" },
  film: { emoji: "🎬", style: "secondary" },
  morph: { emoji: "✨", style: "secondary" },
  style: { emoji: "🎨", style: "secondary" },
  emoji: { emoji: "🙂", style: "secondary" },
  again: { emoji: "🔁", style: "primary" },
  delete: { emoji: "🗑", style: "danger" },
  report: { emoji: "🚩", style: "secondary" },
} as const satisfies Readonly<Record<string, Pick<Button, "emoji" | "style">>>;

export type JobVerb = keyof typeof BUTTONS;

/** A button of a job; of which picture on its sheet, counted from 0, where there are several. */
export interface JobButton {
  readonly verb: JobVerb;
  readonly variation?: number;
}

const BUTTON_ID = new RegExp(`^job:(${Object.keys(BUTTONS).join("|")})(?:-([1-9]))?:([A-Z0-9]{1,16})$`);

export function buttonId({ verb, variation }: JobButton, job: string): string {
  return `job:${verb}${variation === undefined ? "" : `-${variation + 1}`}:${job}`;
}

/** What a pressed button does, and with which job; undefined for buttons of something else. */
export function readButtonId(id: string): (JobButton & { readonly job: string }) | undefined {
  const [, verb, number, job] = BUTTON_ID.exec(id) ?? [];
  if (job === undefined) return undefined;
  return { verb: verb as JobVerb, job, ...(number !== undefined && { variation: Number(number) - 1 }) };
}

export function buttons(job: Pick<Job, "id">, ...wanted: readonly (JobVerb | JobButton)[]): Button[] {
  const all = wanted.map((each) => (typeof each === "string" ? { verb: each } : each));
  return all.map(({ verb, variation }: JobButton, index) => {
    const label = sentence(`button.${verb}`);
    const numbered = variation === undefined ? label : sentence("button.numbered", { label, number: variation + 1 });
    // The buttons of a sheet's pictures stand in rows, one for each verb.
    const before = all[index - 1] as JobButton | undefined;
    const startsRow = before?.variation !== undefined && before.verb !== verb;
    const id = buttonId({ verb, ...defined({ variation }) }, job.id);
    return { id, label: numbered, ...BUTTONS[verb], ...(startsRow && { startsRow }) };
  });
}

/** The channel's message: whose job it is, its line, and how it is. */
function channelText(recipe: Recipe, job: Job, state: string, params = job.params, notes = ""): string {
  const title = recipe.title(job.params);
  const { id, from: origin, repeats: variation = false, among, still } = job;
  const heading = sentence("job.heading", { title, author: plain(job.author.name), origin, variation, id });
  const line = `\`${inCode(commandLine(recipe, params, job.pictures))}\`${notes && ` · ${notes}`}`;
  const others = among && sentence("image.among", { ...among, command: recipe.command });
  return [heading, line, others, still && sentence("job.still"), state].filter(Boolean).join("\n");
}

/** What belongs to a result's line without being part of it: the images that must be sent with it, and the version. */
export function lineNotes(
  recipe: Recipe,
  { params, pictures }: Pick<Job, "params" | "pictures">,
  { version = 1 }: Pick<EngineResult, "version">,
): string {
  const unnamed = recipe.unnamedImages(params, pictures);
  const images = unnamed.length > 0 && sentence("result.unnamed", { images: unnamed });
  return [images, version > 1 && sentence("result.version", { version })].filter(Boolean).join(" · ");
}

export function threadTitle(recipe: Recipe, job: Job): string {
  return `${recipe.title(job.params)} · ${job.id}`;
}

/**
 * The public answer while the job waits or runs.
 * @param notice why it is not known when it begins: what the queue has to say to all who wait
 * @param counts whether the chat counts down by itself: a time in the text would soon be another than that, and one
 *   that comes when there is nothing more to count would move what is below it
 */
export function announcement(
  recipe: Recipe,
  job: Job,
  position: QueuePosition | undefined,
  notice?: string,
  counts = false,
): OutgoingMessage {
  const countdown = countdownOf(position, notice);
  const text = channelText(recipe, job, outlook(position, notice, counts));
  return { text, buttons: buttons(job, "cancel"), ...defined({ countdown }) };
}

/** Undefined while it is not known, or about to end. */
function countdownOf(position: QueuePosition | undefined, notice: string | undefined): Countdown | undefined {
  if (!position || (position.position > 0 && notice !== undefined)) return undefined;
  const to = position.position === 0 ? "end" : "start";
  const seconds = to === "end" ? position.runSeconds : position.waitSeconds;
  return to === "end" && seconds < 1 ? undefined : { to, seconds };
}

/** @param counted the time until it starts or ends is shown elsewhere */
function outlook(position: QueuePosition | undefined, notice: string | undefined, counted: boolean): string {
  if (!position) return sentence("job.accepted");
  const { position: place, runSeconds, waitSeconds } = position;
  const takes = runSeconds < 1 ? sentence("job.moment") : sentence("job.about", { duration: duration(runSeconds) });
  if (place === 0) return sentence("job.in-progress", { takes: counted ? undefined : takes });
  const told = toldPosition(place);
  const where = "ahead" in told ? sentence("job.ahead", told) : sentence("job.place", { place });
  if (notice !== undefined) return sentence("job.in-line-notice", { where, takes, notice });
  const starts =
    waitSeconds < 1 ? sentence("job.starts-at-once") : sentence("job.starts-in", { duration: duration(waitSeconds) });
  return sentence("job.in-line", { where, starts: counted ? undefined : starts, takes });
}

/** The thread's first message: what will be done. */
export function beginning(recipe: Recipe, job: Job, position: QueuePosition | undefined): OutgoingMessage {
  const takes = position && position.runSeconds >= 1 ? duration(position.runSeconds) : undefined;
  return {
    text: sentence("job.beginning", { title: recipe.title(job.params), duration: takes }),
    progress: { value: 0, label: sentence("job.starting") },
  };
}

/** How far a job is that has not ended, which a whole bar says: a picture is still to be kept after its last step. */
export const shareUnderway = (share: number): number => Math.min(0.99, Math.max(0, share));

/** The message that changes between octaves. */
export function underway(
  job: Job,
  { kind, octave, octaves, step, steps, progress }: EngineFrame,
  secondsLeft: number | undefined,
  picture: Picture | undefined,
): OutgoingMessage {
  const label = frameLabel(job, { kind, octave, octaves, step, steps });
  return {
    text: sentence("frame.underway", { label, left: secondsLeft === undefined ? undefined : duration(secondsLeft) }),
    progress: { value: shareUnderway(progress), label },
    ...(secondsLeft !== undefined && { countdown: { to: "end", seconds: secondsLeft } }),
    ...(picture ? { pictures: [picture] } : { keepPictures: true }),
  };
}

function frameLabel(
  job: Job,
  { kind, octave, octaves, step, steps }: Pick<EngineFrame, "kind" | "octave" | "octaves" | "step" | "steps">,
): string {
  if (kind === "film") return sentence("frame.film", { frame: octave, frames: octaves });
  // The lesson comes before the octaves of the dream that shows it.
  if (job.recipe === teachDefinition.name && octaves === 1) return sentence("frame.learning", { step, steps });
  return sentence("frame.step", { octave, octaves, step, steps, part: partOf(job) });
}

/** What a job's frames are counted in. */
export function partOf({ params }: Pick<Job, "params">): FramePart {
  return variationsOf(params) > 1 ? "variation" : "octave";
}

/** One octave's frame, a message of its own. */
export function octaveFrame(job: Job, frame: EngineFrame, picture: Picture): OutgoingMessage {
  const { octave, octaves, width, height } = frame;
  const text = sentence("frame.size", { octave, octaves, width, height, part: partOf(job) });
  return { text, pictures: [picture], passing: true };
}

export function framePicture(job: Job, { picture, type, octave, octaves }: EngineFrame): Picture {
  const description = sentence("frame.description", { octave, octaves, part: partOf(job) });
  return { bytes: picture, type, ...described(job, type, description, `octave-${octave}`) };
}

export function resultPicture(recipe: Recipe, job: Job, { picture, type }: EngineResult): Picture {
  const { author, about, credits = [], pictures, spoiler } = job;
  const by = plain(author.name);
  const maker = plain(credits.find(({ role }) => role === "picture")?.by ?? author.name);
  const of = pictures.includes(recipe.imageRole ?? "") ? { maker, about: spoiler ? undefined : about } : undefined;
  const description = sentence("result.description", {
    deed: recipe.deed(job.params),
    by,
    of,
    variations: variationsOf(job.params),
  });
  return { bytes: picture, type, ...described(job, type, description) };
}

function described({ recipe, id, spoiler, params }: Job, type: string, description: string, part?: string) {
  const extension = type.replace(/^.*\//, "").replace("jpeg", "jpg");
  const name = pictureName(recipe, id, extension, part);
  const isSheet = variationsOf(params) > 1;
  return { name, description, ...(spoiler && { spoiler }), ...(isSheet && { sheet: true as const }) };
}

/** The last message of the thread. */
export function finished(
  recipe: Recipe,
  job: Job,
  result: EngineResult,
  picture: Picture,
  lesson: string | undefined,
): OutgoingMessage {
  const { width, height, network, runtime } = result;
  const facts = [
    `${width} × ${height}`,
    sentence("result.took", { duration: took(job, result) }),
    sentence("result.runtime", { network, runtime }),
  ].join(" · ");
  const line = commandLine(recipe, { ...job.params, seed: result.seed }, job.pictures);
  const ready = sentence("result.ready", { title: recipe.title(job.params) });
  const seen = result.seen && sentence("result.seen", { seen: result.seen });
  const meanings = result.meanings && sentence("result.meanings", { meanings: result.meanings });
  const lines = [ready, lesson, seen, meanings, facts, creditLine(job.credits), `\`\`\`\n${inCode(line)}\n\`\`\``];
  lines.push(lineNotes(recipe, job, result));
  // The mention names the person.
  return { text: lines.filter(Boolean).join("\n"), pictures: [picture], mention: [job.author] };
}

/** What was learnt, and which buttons are below: of the channel's message in the end. */
interface Below {
  readonly lesson: string | undefined;
  readonly buttons: readonly JobButton[];
}

/** The channel's message in the end; without the picture where the final one is right below it. */
export function showpiece(
  recipe: Recipe,
  job: Job,
  result: EngineResult,
  picture: Picture | undefined,
  { lesson, buttons: below }: Below,
): OutgoingMessage {
  const doneIn = sentence("result.done-in", { duration: took(job, result), credits: creditLine(job.credits) });
  const done = [doneIn, lesson, result.seen && sentence("result.seen", { seen: result.seen })]
    .filter(Boolean)
    .join("\n");
  const text = channelText(recipe, job, done, { ...job.params, seed: result.seed }, lineNotes(recipe, job, result));
  return { text, ...defined({ pictures: picture && [picture] }), buttons: buttons(job, ...below) };
}

function took(job: Job, result: EngineResult): string {
  const { startedAt, finishedAt } = job;
  return elapsed(
    startedAt === undefined || finishedAt === undefined ? result.seconds : workedMs(job, finishedAt) / 1000,
  );
}

export function retryingText({ kind, message }: JobFailure): string {
  if (kind === "moved") return message;
  return kind === "memory" ? sentence("job.retry-memory") : sentence("job.retry-crash");
}

/** Why there is no picture. */
export function failureText({ kind, message }: JobFailure): string {
  if (kind === "crashed") return sentence("job.crashed");
  return kind === "memory" ? sentence("job.out-of-memory", { reason: message }) : message;
}

/** The channel's message while the program is not running. */
export function suspended(recipe: Recipe, job: Job): OutgoingMessage {
  return { text: channelText(recipe, job, sentence("job.suspended")), buttons: buttons(job, "cancel") };
}

/** The channel's message when there is no picture. */
export function ended(recipe: Recipe, job: Job, why: string): OutgoingMessage {
  const again = recipe.once === true ? [] : (["again"] as const);
  return { text: channelText(recipe, job, why), buttons: buttons(job, ...again, "delete") };
}

/**
 * Who is named beside a result's author, in one line; empty without credits.
 *
 * @example "Picture by Ben · styles summer and winter by Dreamloom, CC0 · style rust by Ann"
 */
export function creditLine(credits: readonly Credit[] = []): string {
  const by = (role: Credit["role"]) =>
    listed([...new Set(credits.filter((credit) => credit.role === role).map((credit) => plain(credit.by)))]);
  const styles = new Map<string, Set<string>>();
  for (const { role, by: maker, what } of credits) {
    if (role !== "style") continue;
    const names = styles.get(plain(maker)) ?? new Set();
    styles.set(plain(maker), what === undefined ? names : names.add(plain(what)));
  }
  const [images, choosers, teachers] = [by("picture"), by("choice"), by("look")];
  const look = plain(credits.find(({ role }) => role === "look")?.what ?? "");
  const line = [
    images && sentence("credit.image", { by: images }),
    ...[...styles].map(([maker, names]) =>
      sentence("credit.style", { names: listed([...names]), count: names.size, by: maker }),
    ),
    teachers && sentence("credit.look", { look, by: teachers }),
    choosers && sentence("credit.chosen", { by: choosers }),
  ]
    .filter(Boolean)
    .join(" · ");
  return line.charAt(0).toUpperCase() + line.slice(1);
}
