/**
 * How soon does a chat see something? A dream of the sample photo through the engine's own process, warm.
 *
 * Usage: npx tsx bench/dream.ts [PHOTO] [RUNS]     prints one JSON line
 * 360 px, 4 octaves, 8 steps, resnet50's default look: seconds to the first frame, to the first octave and to the
 * result, medians.
 */
import { readFile } from "node:fs/promises";
import pino from "pino";
import { engineSettings } from "../src/app/engine-settings.js";
import { loadConfig } from "../src/app/settings/load-settings.js";
import { median } from "../src/engine/measure/step.js";
import { EngineHost } from "../src/engine/process/host.js";

const [photo = new URL("../config/sample.jpg", import.meta.url), runs = "5"] = process.argv.slice(2);
const config = loadConfig();
const engine = new EngineHost({ ...engineSettings(config), logger: pino({ level: "silent" }) });
const image = await readFile(photo);
const request = {
  recipe: "dream",
  params: { network: config.dream.network, look: config.dream.look, size: 360, octaves: 4, steps: 8, seed: 7 },
  pictures: { image },
};
await engine.warmUp(config.dream.network);

const seconds = (from: number): number => (performance.now() - from) / 1000;
const measured: { firstFrame: number; firstOctave: number; result: number }[] = [];
for (let run = 0; run < Number(runs); run++) {
  const start = performance.now();
  let [firstFrame, firstOctave] = [Number.NaN, Number.NaN];
  await engine.run(request, {
    signal: new AbortController().signal,
    onFrame({ kind }) {
      if (Number.isNaN(firstFrame)) firstFrame = seconds(start);
      if (kind === "octave" && Number.isNaN(firstOctave)) firstOctave = seconds(start);
    },
  });
  measured.push({ firstFrame, firstOctave, result: seconds(start) });
}
await engine.close();
const of = (key: "firstFrame" | "firstOctave" | "result"): number =>
  Math.round(median(measured.map((m) => m[key])) * 100) / 100;
const summary = { size: 360, octaves: 4, steps: 8, runs: measured.length };
process.stdout.write(
  `${JSON.stringify({ ...summary, firstFrame: of("firstFrame"), firstOctave: of("firstOctave"), result: of("result") })}\n`,
);
