/**
 * How long do built programs take for what people type, in turns?
 *
 * Usage: npx tsx bench/beside.ts [--rounds 5] [--cases dream,dream360,stylize] [--steps 10,8] DIR DIR ...
 *
 * Each DIR has `dist`. Each program's own engine process (`dist/engine/process/host.js`), warm: `/dream` of the sample
 * photo, with as many steps an octave as each program's chats take (`--steps`), at 512 px, at 360 px, and `/stylize` of it in the style `night` at 384 px, with its own defaults, by
 * ResNet50. Medians of seconds to the first frame and to the result, of the process's CPU time, and the ratio of each
 * to the first program's.
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import pino from "pino";
import { loadConfig } from "../src/app/settings/load-settings.js";
import { median } from "../src/engine/measure/step.js";
import type { EngineHost } from "../src/engine/process/host.js";

interface Times {
  /** Seconds of all the engine's threads together, which say more where other work fills the machine. */
  readonly cpu: number;
  readonly firstFrame: number;
  readonly result: number;
}

const picture = (path: string): Buffer => readFileSync(new URL(`../config/${path}`, import.meta.url));
const image = picture("sample.jpg");
const CASES = {
  dream: { recipe: "dream", params: { size: 512 }, pictures: { image } },
  dream360: { recipe: "dream", params: { size: 360 }, pictures: { image } },
  stylize: {
    recipe: "stylize",
    params: { size: 384, network: "resnet50" },
    pictures: { image, style: picture("styles/night.jpg") },
  },
};
type Case = keyof typeof CASES;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "5" },
    steps: { type: "string", default: "8" },
    cases: { type: "string", default: Object.keys(CASES).join(",") },
  },
});
const { models } = loadConfig();
const folders = positionals.map((folder) => resolve(folder));
const cases = values.cases.split(",").filter((name): name is Case => name in CASES);

async function hostOf(folder: string): Promise<EngineHost> {
  const file = pathToFileURL(join(folder, "dist/engine/process/host.js")).href;
  const { EngineHost: Host } = (await import(file)) as { EngineHost: typeof EngineHost };
  return new Host({ modelsDir: models.dir, modelsPath: models.path, logger: pino({ level: "silent" }) });
}

/** Seconds of CPU time that a process has used, in clock ticks of a hundredth. */
function cpuOf(pid = 0): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(" ");
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

/** A case as the program of that place is asked for it; the last number of steps holds for those after it. */
function requestOf(name: Case, program: number) {
  const all = values.steps.split(",").map(Number);
  const steps = all[program] ?? all.at(-1);
  const { params, ...request } = CASES[name];
  return { ...request, params: name === "stylize" ? params : { ...params, steps } };
}

async function measure(engine: EngineHost, name: Case, program: number): Promise<Times> {
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  const before = cpuOf(engine.status().pid);
  let firstFrame = Number.NaN;
  await engine.run(requestOf(name, program), {
    signal: new AbortController().signal,
    onFrame: () => {
      if (Number.isNaN(firstFrame)) firstFrame = seconds();
    },
  });
  const result = seconds();
  return { firstFrame, result, cpu: cpuOf(engine.status().pid) - before };
}

// The loader of this file would be handed on to the engines.
process.execArgv = [];
const engines = await Promise.all(folders.map(hostOf));
for (const engine of engines) await engine.warmUp("resnet50");
for (const name of cases) {
  const found = engines.map((): Times[] => []);
  // The first round warms up.
  for (let round = 0; round <= Number(values.rounds); round++)
    for (const [at, engine] of engines.entries()) {
      const times = await measure(engine, name, at);
      if (round > 0) found[at]?.push(times);
    }
  const of = (at: number, key: keyof Times): number => median((found[at] ?? []).map((times) => times[key]));
  for (const [at, folder] of folders.entries()) {
    const told = (key: keyof Times): string => `${of(at, key).toFixed(2)} s (${(of(at, key) / of(0, key)).toFixed(2)})`;
    process.stdout.write(
      `${name}, ${folder}: first frame ${told("firstFrame")}, result ${told("result")}, CPU ${told("cpu")}\n`,
    );
  }
}
await Promise.all(engines.map((engine) => engine.close()));
