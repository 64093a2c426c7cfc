/** What the verbs that run a recipe share: reading pictures, a progress bar, writing the result and its frames, one JSON object. */
import { readFile, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { Presets, SingleBar } from "cli-progress";
import { type Command, InvalidArgumentError } from "commander";
import { loadConfig } from "../app/settings/load-settings.js";
import type { EngineFrame, EngineResult } from "../engine/process/engine.js";
import { runJob } from "../engine/run-job.js";
import type { RuntimeChoice } from "../engine/runtimes/choose.js";
import { sharp } from "../shared/sharp.js";
import { openCliEngine, runtimeOption } from "./engine.js";
import { cannotWrite, prepareFile, prepareFolder } from "./output.js";
import { UsageError } from "./usage-error.js";

/** Endings that a still picture may have. */
export const STILL_OUTPUTS: readonly string[] = [".png", ".jpg", ".jpeg", ".webp"];

/** What commander hands to the action of a verb made with {@link outputOption} and {@link runOptions}. */
export interface RunOptions {
  readonly output: string;
  readonly frames?: string;
  readonly json?: boolean;
  readonly runtime?: RuntimeChoice;
  /** Everything else is a parameter of the recipe. */
  readonly [param: string]: unknown;
}

interface RecipeRun {
  readonly recipe: string;
  /** Paths of the input pictures by role; undefined is left out. */
  readonly pictures: Readonly<Record<string, string | undefined>>;
  readonly options: RunOptions;
  /** Parameters whose names the options take for themselves, such as `frames`; undefined is left out. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** For the progress bar: "dreaming". */
  readonly doing: string;
  /** Endings the output may have; {@link STILL_OUTPUTS} when left out. */
  readonly outputs?: readonly string[];
}

/** Reads a number off the command line. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("It takes a number.");
  return value;
}

/** What was typed: defaults are left to the recipe, where a preset may change them. */
export function given(command: Command): RunOptions {
  const options = Object.entries(command.opts()).filter(([name]) => command.getOptionValueSource(name) !== "default");
  return Object.fromEntries(options) as unknown as RunOptions;
}

/** Adds `-o`, which every verb needs. */
export function outputOption(command: Command, outputs = ".png, .jpg or .webp"): Command {
  return command.requiredOption("-o, --output <file>", `where the result goes: ${outputs}`);
}

/** Adds `--preset`. */
export function presetOption(command: Command, presets: readonly string[]): Command {
  return command.option(
    "--preset <name>",
    `a set of defaults: ${presets.join(" or ")}; other options change single values`,
  );
}

/** Adds `--runtime`, `--frames` and `--json`. */
export function runOptions(command: Command, frames = "write one PNG an octave into this folder"): Command {
  return runtimeOption(command)
    .option("--frames <dir>", frames)
    .option("--json", "print one JSON object about the run");
}

/**
 * Runs a recipe in this process and writes what it makes.
 * @throws UsageError, EngineError with a sentence for the person at the shell
 */
export async function runRecipe({
  recipe,
  pictures,
  options,
  params: more = {},
  doing,
  outputs = STILL_OUTPUTS,
}: RecipeRun): Promise<void> {
  const { output, frames, json = false, runtime, ...rest } = options;
  const params = { ...rest, ...Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined)) };
  if (!outputs.includes(extname(output).toLowerCase())) {
    throw new UsageError(`The output "${output}" should end in ${outputs.join(", ")}.`);
  }
  const read: Record<string, Uint8Array> = {};
  for (const [role, path] of Object.entries(pictures)) if (path !== undefined) read[role] = await readPicture(path);
  await prepareFile(output);
  if (frames !== undefined) await prepareFolder(frames);
  const engine = openCliEngine(loadConfig(), json, runtime);
  const bar = progressBar(doing, json);
  const writes: Promise<void>[] = [];
  const stop = new AbortController();
  const interrupt = (): void => stop.abort(new UsageError("Stopped."));
  process.once("SIGINT", interrupt);
  try {
    const result = await runJob(
      { recipe, params, pictures: read },
      {
        programs: engine.programs,
        ...(engine.memoryBytes !== undefined && { memoryBytes: engine.memoryBytes }),
        network: engine.network,
        signal: stop.signal,
        onFrame(frame) {
          bar.show(frame);
          const name = frameName(frame);
          if (frames !== undefined && name !== undefined) writes.push(writeFile(join(frames, name), frame.picture));
        },
      },
    );
    bar.end();
    await Promise.all(writes).catch((cause: unknown) => Promise.reject(cannotWrite(frames ?? "", cause)));
    await writeResult(output, result).catch((cause: unknown) => Promise.reject(cannotWrite(output, cause)));
    report(result, output, json);
  } finally {
    bar.end();
    process.off("SIGINT", interrupt);
    await engine.close();
  }
}

async function readPicture(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: NodeJS.ErrnoException) => {
    const why =
      cause.code === "ENOENT"
        ? "There is no file"
        : cause.code === "EISDIR"
          ? "A folder is not a picture:"
          : "I cannot read the file";
    throw new UsageError(`${why} "${path}". Give the path of a picture.`, { cause });
  });
}

/** The file of a frame in the folder of frames; previews have none. */
function frameName({ kind, octave }: EngineFrame): string | undefined {
  if (kind === "octave") return `octave-${octave}.png`;
  return kind === "film" ? `frame-${String(octave).padStart(5, "0")}.png` : undefined;
}

/** Writes the result: a film as it is, a still picture in the format of the file's ending. */
async function writeResult(output: string, { picture, type }: EngineResult): Promise<void> {
  if (type !== "image/png" || output.toLowerCase().endsWith(".png")) await writeFile(output, picture);
  else await sharp(picture).toFile(output);
}

function report(result: EngineResult, output: string, json: boolean): void {
  const { recipe, network, runtime, seed, width, height, seconds, octaves, film } = result;
  if (json) {
    process.stdout.write(
      `${JSON.stringify({ recipe, network, runtime, seed, width, height, seconds, octaves, ...film, output })}\n`,
    );
  } else {
    const long = film ? `, ${film.frames} frames` : "";
    process.stdout.write(
      `${output}: ${width} x ${height}${long}, ${seconds.toFixed(1)} s with ${network} on ${runtime}, seed ${seed}\n`,
    );
  }
}

function progressBar(doing: string, quiet: boolean): { show(frame: EngineFrame): void; end(): void } {
  if (quiet || !process.stderr.isTTY) return { show: () => undefined, end: () => undefined };
  const format = `${doing} {bar} {percentage}% | {part} {octave} of {octaves}, {width} x {height}`;
  const bar = new SingleBar(
    { stream: process.stderr, format, hideCursor: true, clearOnComplete: true },
    Presets.shades_classic,
  );
  let shown = false;
  return {
    show({ kind, progress, octave, octaves, width, height }) {
      const payload = { part: kind === "film" ? "frame" : "octave", octave, octaves, width, height };
      if (shown) bar.update(progress, payload);
      else bar.start(1, progress, payload);
      shown = true;
    },
    end() {
      if (shown) bar.stop();
      shown = false;
    },
  };
}
