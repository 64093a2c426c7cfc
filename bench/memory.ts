/**
 * How much memory does a picture take, and does the setting bound it?
 *
 * Usage: npx tsx bench/memory.ts [--json] [--sizes 256,512,1024,2048] [--budgets 1000] [--network vgg19]
 *
 * Each case runs in a process of its own: one step an octave or scale, of a photo with 4:3. Its peak resident size is
 * Linux's VmHWM. vgg19 is measured where MODELS_PATH has it. A case that this machine has no room for is left out, and
 * said so.
 */
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import sharp from "sharp";
import { loadConfig } from "../src/app/settings/load-settings.js";
import { bytesPerPixel } from "../src/engine/memory.js";
import { findNetwork } from "../src/engine/networks/catalogue.js";
import { lookLayers, presetsOf } from "../src/engine/networks/looks.js";
import type { Network } from "../src/engine/networks/network.js";
import { type OpenEngine, openEngine } from "../src/engine/open.js";
import { engineEnvironment } from "../src/engine/process/environment.js";
import { measureOf } from "../src/engine/recipes/painting/measure.js";
import { paintingBytes } from "../src/engine/recipes/painting/objective.js";
import { runJob } from "../src/engine/run-job.js";

interface Case {
  readonly recipe: "dream" | "stylize";
  readonly network: string;
  /** Longer side in pixels. */
  readonly size: number;
  /** The memory setting in megabytes; unlimited when left out. */
  readonly budget?: number;
}

/** In megabytes of 1e6 bytes. */
interface Measurement {
  /** Highest resident size of the whole process during the run. */
  readonly peak: number;
  /** Resident before it: program, network, programs compiled for large pictures, a run at 320 px or less. */
  readonly before: number;
  /** Resident after it, the engine still open: what the run has not given back. */
  readonly after: number;
  /** What the engine takes the feature maps of the largest step for, the budget left aside. */
  readonly estimate: number;
  readonly seconds: number;
}

const MEGABYTE = 1e6;
const PHOTO = fileURLToPath(new URL("../config/sample.jpg", import.meta.url));
const STYLE = fileURLToPath(new URL("../config/styles/woodcut.jpg", import.meta.url));
const RATIO = 3 / 4;
/** Share of the free memory that a case may need: other programs want some too. */
const ROOM = 0.6;

/** Kilobytes, as /proc gives them, in megabytes. */
function proc(file: string, key: string): number {
  const found = new RegExp(`^${key}:\\s+(\\d+) kB`, "m").exec(readFileSync(file, "utf8"))?.[1];
  if (found === undefined) throw new Error(`${file} has no ${key}: this measurement needs Linux.`);
  return (Number(found) * 1024) / MEGABYTE;
}

function estimateOf({ recipe }: Case, network: Network): number {
  if (recipe === "dream") return bytesPerPixel(network, Object.keys(lookLayers(network)));
  return paintingBytes(network, measureOf(network, { preset: "studio" }), [presetsOf(network).style.content]);
}

async function run({ recipe, network, size }: Case, engine: OpenEngine): Promise<void> {
  const image = await sharp(PHOTO)
    .resize(size, Math.round(size * RATIO), { fit: "fill" })
    .jpeg()
    .toBuffer();
  const pictures = { image, ...(recipe === "stylize" && { style: readFileSync(STYLE) }) };
  const request = { recipe, params: { network, size, steps: 1 }, pictures };
  await runJob(request, { ...engine, signal: new AbortController().signal, onFrame: () => undefined });
}

/** Measures a case in this process. */
async function measure(given: Case): Promise<Measurement> {
  const { models, engine: defaults } = loadConfig();
  const engine = openEngine({
    modelsDir: models.dir,
    modelsPath: models.path,
    ...(defaults.threads > 0 && { threads: defaults.threads }),
    ...(given.budget !== undefined && { memoryBytes: given.budget * MEGABYTE }),
  });
  // A smaller one would not have Winograd's kernels, and their programs would count as the run's.
  await run({ ...given, size: Math.min(given.size / 2, 320) }, engine);
  // What loading left to the garbage collector would hide what the run takes.
  globalThis.gc?.();
  const before = proc("/proc/self/status", "VmRSS");
  // Forgets the peak of loading and compiling: Linux then counts from here.
  writeFileSync("/proc/self/clear_refs", "5");
  const start = performance.now();
  await run(given, engine);
  const seconds = (performance.now() - start) / 1000;
  const peak = proc("/proc/self/status", "VmHWM");
  globalThis.gc?.();
  const after = proc("/proc/self/status", "VmRSS");
  const network = await engine.network(given.network);
  const estimate = (estimateOf(given, network) * given.size * Math.round(given.size * RATIO)) / MEGABYTE;
  await engine.close();
  return { peak, before, after, estimate, seconds };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      sizes: { type: "string", default: "256,512,1024,2048" },
      budgets: { type: "string", default: "1000" },
      network: { type: "string" },
    },
  });
  const numbers = (text: string): number[] => text.split(",").filter(Boolean).map(Number);
  const { models } = loadConfig();
  const local = { modelsDir: models.dir, modelsPath: models.path };
  const networks = ["resnet50", ...((await findNetwork("vgg19", local)) === undefined ? [] : ["vgg19"])];
  const subjects = [
    { recipe: "dream", network: "resnet50" },
    ...networks.map((network) => ({ recipe: "stylize", network })),
  ] as const;
  const results: (Case & (Measurement | { readonly leftOut: string }))[] = [];
  if (!values.json) process.stdout.write(`${HEAD}\n`);
  for (const { recipe, network } of subjects as readonly Pick<Case, "recipe" | "network">[]) {
    if (values.network !== undefined && values.network !== network) continue;
    // Bytes of a pixel at the last size that was measured, to know what will not fit.
    let perPixel = 0;
    for (const size of numbers(values.sizes)) {
      let estimate = Number.POSITIVE_INFINITY;
      for (const budget of [undefined, ...numbers(values.budgets)]) {
        // Where everything fits, the setting changes nothing.
        if (budget !== undefined && budget > estimate) continue;
        const given: Case = { recipe, network, size, ...(budget !== undefined && { budget }) };
        const free = proc("/proc/meminfo", "MemAvailable");
        const needed = budget === undefined ? 1.2 * perPixel * size * size : budget;
        const result =
          needed > ROOM * free
            ? { leftOut: `about ${Math.round(needed)} MB, ${Math.round(free)} are free` }
            : await inChild(given);
        if (budget === undefined && "peak" in result) {
          perPixel = (result.peak - result.before) / size ** 2;
          estimate = result.estimate;
        }
        results.push({ ...given, ...result });
        if (!values.json) process.stdout.write(`${row({ ...given, ...result })}\n`);
      }
    }
  }
  if (values.json) process.stdout.write(`${JSON.stringify(results, undefined, 1)}\n`);
}

async function inChild(given: Case): Promise<Measurement> {
  const env = {
    ...engineEnvironment(),
    MODELS_PATH: loadConfig().models.path.join(delimiter),
    MEMORY_CASE: JSON.stringify(given),
  };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--expose-gc", ...process.execArgv, fileURLToPath(import.meta.url)],
    {
      env,
    },
  );
  return JSON.parse(stdout) as Measurement;
}

const HEAD = [
  "| recipe | network | longer side, px | setting, MB | peak, MB | before, MB | after, MB | run, MB | estimate, MB | run / estimate | s |",
  "| --- | --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |",
].join("\n");

function row(result: Case & (Measurement | { readonly leftOut: string })): string {
  const { recipe, network, size, budget } = result;
  const cells = [recipe, network, size, budget ?? "none"];
  if ("leftOut" in result) return `| ${cells.join(" | ")} | left out: ${result.leftOut} |`;
  const { peak, before, after, estimate, seconds } = result;
  const bound = Math.min(estimate, budget ?? Number.POSITIVE_INFINITY);
  const figures = [peak, before, after, peak - before, estimate].map((megabytes) => megabytes.toFixed(0));
  return `| ${[...cells, ...figures, ((peak - before) / bound).toFixed(2), seconds.toFixed(1)].join(" | ")} |`;
}

const child = process.env.MEMORY_CASE;
if (child === undefined) await main();
else process.stdout.write(JSON.stringify(await measure(JSON.parse(child))));
