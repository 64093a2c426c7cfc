/** `dreamloom dream IMAGE -o OUT.png` */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Presets, SingleBar } from "cli-progress";
import { type Command, InvalidArgumentError } from "commander";
import sharp from "sharp";
import { loadConfig } from "../config.js";
import type { EngineFrame, EngineResult } from "../engine/process/engine.js";
import { DreamParams } from "../engine/recipes/dream.js";
import { runJob } from "../engine/run-job.js";
import { openCliEngine } from "./engine.js";
import { UsageError } from "./mistake.js";

interface DreamOptions {
  readonly output: string;
  readonly frames?: string;
  readonly json?: boolean;
  readonly [option: string]: unknown;
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("It takes a number.");
  return value;
}

export function addDream(program: Command): void {
  const defaults = DreamParams.parse({});
  program
    .command("dream")
    .description("lets a network dream in a picture (or in noise, without IMAGE)")
    .argument("[image]", "a JPEG, PNG, WebP, GIF, AVIF or TIFF file")
    .requiredOption("-o, --output <file>", "where the result goes: .png, .jpg or .webp")
    .option("--network <id>", "network of the catalogue, or a folder or file", defaults.network)
    .option("--look <name>", "what to dream of, a named choice of layers")
    .option("--layers <layers>", 'layers with weights instead of a look: "activation_36:1.5 activation_30:1.2"')
    .option("--size <px>", "longer side of the result", number, defaults.size)
    .option("--octaves <n>", "sizes to dream in, from small to large", number, defaults.octaves)
    .option("--octave-scale <x>", "how much larger each octave is", number, defaults.octaveScale)
    .option("--steps <n>", "steps in each octave", number, defaults.steps)
    .option("--strength <x>", "how far the picture is changed", number, defaults.strength)
    .option("--jitter <px>", "largest random shift of a step; anywhere when left out", number)
    .option("--seed <n>", "the same number makes the same picture again", number, defaults.seed)
    .option("--frames <dir>", "write one PNG an octave into this folder")
    .option("--json", "print one JSON object about the run")
    .action(run);
}

const OUTPUTS = [".png", ".jpg", ".jpeg", ".webp"];

async function run(image: string | undefined, options: DreamOptions): Promise<void> {
  const { output, frames, json = false, ...params } = options;
  if (!OUTPUTS.some((ending) => output.toLowerCase().endsWith(ending))) {
    throw new UsageError(`The output "${output}" should end in ${OUTPUTS.join(", ")}.`);
  }
  const bytes = image === undefined ? undefined : await readPicture(image);
  if (frames !== undefined) await mkdir(frames, { recursive: true });
  const engine = openCliEngine(loadConfig(), json);
  const bar = progressBar(json);
  const writes: Promise<void>[] = [];
  const stop = new AbortController();
  const interrupt = (): void => stop.abort(new UsageError("Stopped."));
  process.once("SIGINT", interrupt);
  try {
    const result = await runJob(
      { recipe: "dream", params, pictures: bytes ? { image: bytes } : {} },
      {
        programs: engine.programs,
        network: engine.network,
        signal: stop.signal,
        onFrame(frame) {
          bar.show(frame);
          if (frames !== undefined && frame.kind === "octave")
            writes.push(writeFile(join(frames, `octave-${frame.octave}.png`), frame.picture));
        },
      },
    );
    bar.end();
    await Promise.all(writes);
    await writeResult(output, result);
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
      cause.code === "ENOENT" ? "There is no file" : cause.code === "EISDIR" ? "A folder is not a picture:" : "I cannot read the file";
    throw new UsageError(`${why} "${path}". Give the path of a picture.`, { cause });
  });
}

/** Writes the picture in the format of the file's ending. */
async function writeResult(output: string, { picture }: EngineResult): Promise<void> {
  await mkdir(dirname(output), { recursive: true });
  if (output.toLowerCase().endsWith(".png")) await writeFile(output, picture);
  else await sharp(picture).toFile(output);
}

function report(result: EngineResult, output: string, json: boolean): void {
  const { recipe, network, runtime, seed, width, height, seconds, octaves } = result;
  if (json) {
    process.stdout.write(`${JSON.stringify({ recipe, network, runtime, seed, width, height, seconds, octaves, output })}\n`);
  } else {
    process.stdout.write(`${output}: ${width} x ${height}, ${seconds.toFixed(1)} s with ${network} on ${runtime}, seed ${seed}\n`);
  }
}

function progressBar(quiet: boolean): { show(frame: EngineFrame): void; end(): void } {
  if (quiet || !process.stderr.isTTY) return { show: () => undefined, end: () => undefined };
  const format = "dreaming {bar} {percentage}% | octave {octave} of {octaves}, {width} x {height}";
  const bar = new SingleBar({ stream: process.stderr, format, hideCursor: true, clearOnComplete: true }, Presets.shades_classic);
  let shown = false;
  return {
    show({ progress, octave, octaves, width, height }) {
      const payload = { octave, octaves, width, height };
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
