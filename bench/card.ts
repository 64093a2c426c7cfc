/**
 * What does a graphics card bring? Whole jobs on one device: alone, and several side by side.
 *
 * Usage: npx tsx bench/card.ts [--runtime webgpu] [--network vgg19] [--size 512] [--jobs 1,2,4]
 * [--recipes stylize,dream] [--peer bench/peers/torch_stylize.py]     prints one JSON line a measurement
 * The first job loads the network and compiles its programs; "seconds" is the median of three after it, and "programs"
 * what the last of them ran: the outputs and the largest image of each program, how often, and its milliseconds; the
 * rest is JavaScript and codecs. Jobs side by side have a photo of their own size each, so that they do not share every
 * program. The peer paints with the same network, sizes and numbers of steps in PyTorch.
 */
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { engineSettings } from "../src/app/engine-settings.js";
import { loadConfig } from "../src/app/settings/load-settings.js";
import { CHANNELS } from "../src/engine/images/raster.js";
import { median } from "../src/engine/measure/step.js";
import { openEngine } from "../src/engine/open.js";
import type { EngineFrame } from "../src/engine/process/engine.js";
import { runJob } from "../src/engine/run-job.js";
import { chosenRuntime, RUNTIME_CHOICES } from "../src/engine/runtimes/choose.js";
import type { Inputs, Outcome, Runtime } from "../src/engine/runtimes/runtime.js";

const { values } = parseArgs({
  options: {
    runtime: { type: "string", default: "webgpu" },
    network: { type: "string", default: "vgg19" },
    size: { type: "string", default: "512" },
    jobs: { type: "string", default: "1,2,4" },
    recipes: { type: "string", default: "stylize,dream" },
    peer: { type: "string" },
  },
});
const runtime = RUNTIME_CHOICES.find((name) => name === values.runtime);
if (!runtime) throw new Error(`runtimes are ${RUNTIME_CHOICES.join(", ")}`);
const { network } = values;
const size = Number(values.size);
const RUNS = 3;

/** Runs of each program, and their milliseconds. */
const programs = new Map<string, [runs: number, ms: number]>();
const settings = engineSettings(loadConfig());
const device = chosenRuntime(runtime, settings.threads === undefined ? {} : { threads: settings.threads });

/** The same device, whose programs are timed. */
const timed: Runtime = {
  ...device,
  async compile(outputs, held) {
    const program = await device.compile(outputs, held);
    const advance = async (inputs: Inputs): Promise<Outcome> => {
      const images = Object.values(inputs).flatMap(({ shape: [, channels, h = 0, w = 0] }) =>
        channels === CHANNELS ? [{ w, h }] : [],
      );
      const [{ w, h } = { w: 0, h: 0 }] = images.sort((a, b) => b.w * b.h - a.w * a.h);
      const name = `${Object.keys(outputs).join(",").slice(0, 40)} ${w}x${h}`;
      const start = performance.now();
      const outcome = await program.advance(inputs);
      const [runs, ms] = programs.get(name) ?? [0, 0];
      programs.set(name, [runs + 1, Math.round(ms + performance.now() - start)]);
      return outcome;
    };
    return {
      get bytes() {
        return program.bytes;
      },
      advance,
      run: async (inputs) => (await advance(inputs)).tensors,
      dispose: () => program.dispose(),
    };
  },
};
const engine = openEngine(settings, timed);
const image = await readFile(new URL("../config/sample.jpg", import.meta.url));
const style = await readFile(new URL("../config/styles/night.jpg", import.meta.url));
const print = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const secondsSince = (from: number): number => Math.round(performance.now() - from) / 1000;

interface Ran {
  readonly seconds: number;
  readonly firstFrame: number;
  /** Width, height and steps of each octave. */
  readonly octaves: [number, number, number][];
}

async function run(recipe: string, side = size): Promise<Ran> {
  const octaves: Ran["octaves"] = [];
  const start = performance.now();
  let firstFrame = Number.NaN;
  const onFrame = (frame: EngineFrame): void => {
    if (Number.isNaN(firstFrame)) firstFrame = secondsSince(start);
    if (frame.kind === "octave") octaves.push([frame.width, frame.height, frame.steps]);
  };
  const pictures: Record<string, Uint8Array> = recipe === "stylize" ? { image, style } : { image };
  const signal = new AbortController().signal;
  await runJob({ recipe, params: { network, size: side, seed: 7 }, pictures }, { ...engine, signal, onFrame });
  return { seconds: secondsSince(start), firstFrame, octaves };
}

/** Sides that differ by more than a pooling's share, none of them larger than was asked for. */
const sideOf = (job: number): number => size - 16 * job;

for (const recipe of values.recipes.split(",")) {
  const first = await run(recipe);
  const warm: Ran[] = [];
  for (let i = 0; i < RUNS; i++) {
    programs.clear();
    warm.push(await run(recipe));
  }
  const of = (key: "seconds" | "firstFrame"): number => median(warm.map((ran) => ran[key]));
  const what = { recipe, network, size, runtime };
  print({
    ...what,
    first: first.seconds,
    seconds: of("seconds"),
    firstFrame: of("firstFrame"),
    octaves: first.octaves,
    programs: Object.fromEntries(programs),
  });
  if (recipe === "stylize" && values.peer !== undefined)
    process.stdout.write(execFileSync("python3", [values.peer, JSON.stringify(first.octaves)], { encoding: "utf8" }));
  for (const jobs of values.jobs.split(",").map(Number)) {
    const sides = Array.from({ length: jobs }, (_, job) => sideOf(job));
    for (const side of sides) await run(recipe, side);
    const start = performance.now();
    await Promise.all(sides.map((side) => run(recipe, side)));
    const seconds = secondsSince(start);
    print({ ...what, sideBySide: jobs, seconds, picturesPerMinute: Math.round((600 * jobs) / seconds) / 10 });
  }
}
await engine.close();
