/**
 * What does a film cost, and how well does it hold together? A photo with a moving camera and a disc that crosses it:
 * dreamt and painted as a film, and frame by frame.
 *
 * Usage: npx tsx bench/film.ts [folder]   prints the table of docs/benchmarks.md; contact sheets into the folder
 *   FRAMES 24, SIDE 256, RECIPES "dream stylize"
 */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { engineSettings } from "../src/app/engine-settings.js";
import { loadConfig } from "../src/app/settings/load-settings.js";
import { decode, encode } from "../src/engine/images/codec.js";
import { believed, opticalFlow } from "../src/engine/images/optical-flow.js";
import { emptyRaster, type Raster } from "../src/engine/images/raster.js";
import { pasteRaster } from "../src/engine/images/resample.js";
import { warpAlong } from "../src/engine/images/warp.js";
import { openEngine } from "../src/engine/open.js";
import { runJob } from "../src/engine/run-job.js";
import { cameraFilm, filmFile } from "../test/support/film.js";

const [folder] = process.argv.slice(2);
const { FRAMES = "24", SIDE = "256", RECIPES = "dream stylize" } = process.env;
const [count, side] = [Number(FRAMES), Number(SIDE)];
const engine = openEngine(engineSettings(loadConfig()));
const photo = await decode(readFileSync("config/sample.jpg"), Math.round(1.25 * side));
const sources = cameraFilm(photo, count, side);
const flows = sources.map((source, i) => {
  const before = sources[(i + count - 1) % count] ?? source;
  const [forth, back] = [opticalFlow(before, source), opticalFlow(source, before)];
  return { forth, sure: believed(before, source, forth, back) };
});

/** Mean difference of each frame to the one before, moved, where that can be believed; in grey levels. */
function unrest(frames: readonly Raster[], from = 1): number {
  let [sum, weight] = [0, 0];
  for (const [i, frame] of frames.entries()) {
    const [before, flow] = [frames[(i + count - 1) % count], flows[i]];
    if (i < from || !before || !flow) continue;
    const { data } = warpAlong(before, flow.forth);
    for (const [at, value] of data.entries()) {
      const sure = flow.sure.data[at] ?? 0;
      sum += sure * Math.abs((frame.data[at] ?? 0) - value);
      weight += sure;
    }
  }
  return sum / weight;
}

async function run(recipe: string, image: Uint8Array, frames?: number) {
  const styles = recipe === "stylize" ? { styles: [{ picture: "style", weight: 1 }] } : { octaves: 4, steps: 8 };
  const style = recipe === "stylize" ? { style: readFileSync("config/styles/winter.jpg") } : {};
  const params = {
    size: side,
    seed: 1,
    ...styles,
    ...(frames !== undefined && { filmFrames: frames, maxBytes: 50_000_000 }),
  };
  const { signal } = new AbortController();
  const waiting: Promise<Raster>[] = [];
  const started = performance.now();
  const result = await runJob(
    { recipe, params, pictures: { image, ...style } },
    {
      ...engine,
      signal,
      onFrame: ({ kind, octave, octaves, picture }) => {
        if (kind !== "film" && (kind !== "octave" || octave < octaves || frames !== undefined)) return;
        waiting.push(decode(picture));
      },
    },
  );
  const seconds = (performance.now() - started) / 1000;
  const made = await Promise.all(waiting);
  return { made, seconds, bytes: result.picture.byteLength, picture: result.picture };
}

/** Every third frame of some films, one under the other. */
async function sheet(name: string, films: readonly (readonly Raster[])[]): Promise<void> {
  const [first] = sources;
  if (folder === undefined || !first) return;
  const shown = Array.from({ length: 6 }, (_, i) => Math.floor((i * count) / 6));
  const whole = emptyRaster(first.width * shown.length, first.height * films.length);
  for (const [row, film] of films.entries())
    for (const [column, i] of shown.entries()) {
      const frame = film[i];
      if (frame) pasteRaster(whole, frame, column * first.width, row * first.height);
    }
  await writeFile(join(folder, `${name}.png`), await encode(whole));
}

console.log(
  "| film | s, first | s, later | unrest of the source | frame by frame | as a film | share | at the loop | MB |",
);
console.log("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
for (const recipe of RECIPES.split(" ")) {
  const alone: Raster[] = [];
  let aloneSeconds = 0;
  await run(recipe, await encode(sources[0] ?? emptyRaster(1, 1)));
  for (const source of sources) {
    const { made, seconds } = await run(recipe, await encode(source));
    alone.push(made.at(-1) ?? source);
    aloneSeconds += seconds;
  }
  const film = await run(recipe, await filmFile(sources, Array(count).fill(80), { format: "webp" }), count);
  const [each, loose, close] = [aloneSeconds / count, unrest(alone), unrest(film.made)];
  const later = (film.seconds - each) / (count - 1 + Math.min(6, Math.floor(count / 4)));
  const loop = unrest([film.made[0] ?? emptyRaster(1, 1), ...film.made.slice(1)], 0) * count - close * (count - 1);
  console.log(
    `| ${recipe} | ${each.toFixed(2)} | ${later.toFixed(2)} | ${unrest(sources).toFixed(2)} | ${loose.toFixed(2)} | ` +
      `${close.toFixed(2)} | ${(close / loose).toFixed(2)} | ${loop.toFixed(2)} | ${(film.bytes / 1e6).toFixed(2)} |`,
  );
  if (folder !== undefined) await writeFile(join(folder, `${recipe}.webp`), film.picture);
  await sheet(recipe, [sources, alone, film.made]);
}
await engine.close();
