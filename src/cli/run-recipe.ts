/** Runs a recipe in this process: reads its pictures, shows a progress bar, writes the result and its frames. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { OpenEngine } from "../engine/open.js";
import type { EngineFrame, EngineResult } from "../engine/process/engine.js";
import { runJob } from "../engine/run-job.js";
import { sharp } from "../shared/native.js";
import { sentence } from "../shared/sentences/sentence.js";
import { type EngineFlags, withEngine } from "./engine.js";
import { cannotWrite, prepareFile, prepareFolder, printJson, readPicture } from "./output.js";
import { progressBar } from "./progress.js";
import { stoppedByInterrupt } from "./usage.js";

/** The flags that every recipe's verb has. */
export interface RunFlags extends EngineFlags {
  readonly output: string;
  readonly frames?: string | undefined;
}

interface RecipeRun {
  readonly recipe: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Paths of the input pictures by role; undefined is left out. */
  readonly paths: ReadonlyMap<string, string | undefined>;
  /** For the progress bar: "dreaming". */
  readonly doing: string;
}

/** @throws UsageError, EngineError with a sentence for the person at the shell */
export async function runRecipe(
  { recipe, params, paths, doing }: RecipeRun,
  { output, frames, json = false, runtime }: RunFlags,
): Promise<void> {
  const pictures: Record<string, Uint8Array> = {};
  for (const [role, path] of paths) if (path !== undefined) pictures[role] = await readPicture(path);
  await prepareFile(output);
  if (frames !== undefined) await prepareFolder(frames);
  const bar = progressBar(`${doing} {bar} {percentage}% | {part} {octave} of {octaves}, {width} x {height}`, json);
  const writes: Promise<void>[] = [];
  const onFrame = (frame: EngineFrame): void => {
    bar.show(frame.progress, 1, { ...frame, part: frame.kind === "film" ? "frame" : "octave" });
    const name = frameName(frame);
    if (frames !== undefined && name !== undefined) writes.push(writeFile(join(frames, name), frame.picture));
  };
  const request = { recipe, params, pictures };
  const run = (engine: OpenEngine) =>
    stoppedByInterrupt((signal) => runJob(request, { ...engine, signal, onFrame }).finally(bar.end));
  const result = await withEngine({ json, runtime }, run);
  await Promise.all(writes).catch((cause: unknown) => Promise.reject(cannotWrite(frames ?? "", cause)));
  await writeResult(output, result).catch((cause: unknown) => Promise.reject(cannotWrite(output, cause)));
  report(result, output, json);
}

/** The file of a frame in the folder of frames; previews have none. */
function frameName({ kind, octave }: EngineFrame): string | undefined {
  if (kind === "octave") return `octave-${octave}.png`;
  return kind === "film" ? `frame-${String(octave).padStart(5, "0")}.png` : undefined;
}

/** Writes the result: a film as it is, a still picture in the format of the file's ending. */
async function writeResult(output: string, { picture, type }: EngineResult): Promise<void> {
  if (type !== "image/png" || output.toLowerCase().endsWith(".png")) await writeFile(output, picture);
  // JPEG would show black where there is nothing.
  else if (/\.jpe?g$/i.test(output)) await sharp(picture).flatten({ background: "#fff" }).toFile(output);
  else await sharp(picture).toFile(output);
}

function report(
  { picture: _, type: __, params: ___, film, ...facts }: EngineResult,
  output: string,
  json: boolean,
): void {
  const { recipe, network, runtime, seed, width, height, seconds, octaves, seen, meanings } = facts;
  if (json)
    printJson({ recipe, network, runtime, seed, width, height, seconds, octaves, seen, meanings, ...film, output });
  else process.stdout.write(`${sentence("cli.ran", { ...facts, frames: film?.frames, output })}\n`);
}
