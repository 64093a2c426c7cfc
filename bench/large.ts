/**
 * What does a picture for print cost? A dream goes on from the one that is done to larger sides, as ⬆️ does, under the
 * memory setting: the peak of memory, and the time that people are told beside the time that it takes. The same
 * estimate is made of the processor's time, which does not depend on what else the machine does.
 *
 * Usage: npx tsx bench/large.ts [--sides 512,1024,4096] [--network resnet50] [--steps 10] [folder]
 * The first side is dreamt twice, so that what a first job loads is not counted. Results go into the folder.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { engineSettings } from "../src/app/engine-settings.js";
import { loadConfig } from "../src/app/settings/load-settings.js";
import { openEngine } from "../src/engine/open.js";
import { completed, costKey, pixelsAtOnce } from "../src/engine/recipes/definition.js";
import { dreamDefinition } from "../src/engine/recipes/dream/definition.js";
import { runJob } from "../src/engine/run-job.js";
import { Estimator } from "../src/queue/estimator.js";

const { values, positionals } = parseArgs({
  options: {
    sides: { type: "string", default: "512,1024,4096" },
    network: { type: "string", default: "resnet50" },
    steps: { type: "string", default: "10" },
  },
  allowPositionals: true,
});
const [folder] = positionals;
const config = loadConfig();
const settings = engineSettings(config);
const engine = openEngine(settings);
const estimator = new Estimator(config.queue.estimate);
/** Learns from the same jobs, but seconds of the processor. */
const processor = new Estimator(config.queue.estimate);
const image = readFileSync(new URL("../config/sample.jpg", import.meta.url));

/** Megabytes of this process, as Linux counts them. */
function resident(key: "VmRSS" | "VmHWM"): number {
  const kilobytes = new RegExp(`^${key}:\\s+(\\d+) kB`, "m").exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  return (Number(kilobytes) * 1024) / 1e6;
}

let finished: Uint8Array | undefined;
let done: number | undefined;
const sides = values.sides.split(",").map(Number);
const [smallest = 512] = sides;
const setting = settings.memoryBytes === undefined ? "none" : (settings.memoryBytes / 1e6).toFixed(0);
console.log(`Memory setting: ${setting} MB`);
console.log(
  "| longer side, px | goes on from, px | before, MB | peak, MB | told, s | took, s | told, CPU s | took, CPU s | file, MB |",
);
console.log("| --: | --: | --: | --: | --: | --: | --: | --: | --: |");
for (const [run, side] of [smallest, ...sides].entries()) {
  const params = { size: side, octaves: 4, steps: Number(values.steps), seed: 1, network: values.network };
  const all = completed(dreamDefinition, params);
  const megabytes = (settings.memoryBytes ?? Number.POSITIVE_INFINITY) / 1e6;
  const atOnce = pixelsAtOnce(dreamDefinition.footprint(all), megabytes);
  const [cost, key] = [dreamDefinition.cost(all, done, atOnce), costKey(dreamDefinition, all)];
  const told = [estimator, processor].map((each) => each.seconds(key, cost));
  const before = resident("VmRSS");
  // Forgets the peak so far: Linux then counts from here.
  writeFileSync("/proc/self/clear_refs", "5");
  const [started, spent] = [performance.now(), process.cpuUsage()];
  const result = await runJob(
    { recipe: "dream", params, pictures: { image, ...(finished && { finished }) } },
    { ...engine, signal: new AbortController().signal, onFrame: () => undefined },
  );
  const took = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(spent);
  const computed = (user + system) / 1e6;
  estimator.learn(key, cost, took, result.runtime);
  processor.learn(key, cost, computed, result.runtime);
  const bytes = result.picture;
  const cells = [before, resident("VmHWM")].map((megabytes) => megabytes.toFixed(0));
  const times = [told[0], took, told[1], computed].map((seconds = Number.NaN) => seconds.toFixed(1));
  console.log(
    `| ${[side, done ?? "the photo", ...cells, ...times, (bytes.byteLength / 1e6).toFixed(1)].join(" | ")} |`,
  );
  if (folder !== undefined) await writeFile(join(folder, `dream-${side}.png`), bytes);
  // The first one is dreamt again from the photo.
  if (run > 0) [finished, done] = [bytes, side];
}
await engine.close();
