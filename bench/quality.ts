/**
 * How soon is a painting good? Style and content distance against seconds for the studio's and the book's presets and
 * for plain Adam.
 *
 * Usage: npx tsx bench/quality.ts PHOTO STYLE [--network vgg19] [--size 256] [--out docs/pictures] [--ways
 * studio,lbfgs] Writes quality.svg, a picture of each, and prints JSON: for each way its seconds and distances, and how
 * soon it reached what 100 iterations of L-BFGS reach. Distances are measured alike for all: in the studio's layers,
 * relative to the style and to the photo.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { engineSettings } from "../src/app/engine-settings.js";
import { loadConfig } from "../src/app/settings/load-settings.js";
import { decode, encode } from "../src/engine/images/codec.js";
import { fitInside, type Raster } from "../src/engine/images/raster.js";
import { presetsOf } from "../src/engine/networks/looks.js";
import { openEngine } from "../src/engine/open.js";
import { measureOf } from "../src/engine/recipes/painting/measure.js";
import { blendTargets, featuresOf, gramsOf } from "../src/engine/recipes/painting/targets.js";
import { plot } from "./quality/plot.js";
import { painter, WAYS, type Way } from "./quality/ways.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    network: { type: "string", default: "vgg19" },
    size: { type: "string", default: "256" },
    out: { type: "string", default: "docs/pictures" },
    iterations: { type: "string", default: "100" },
    ways: { type: "string", default: WAYS.join(",") },
  },
});
const [photoPath, stylePath] = positionals;
if (!photoPath || !stylePath) {
  process.stderr.write("Usage: npx tsx bench/quality.ts PHOTO STYLE [--network vgg19] [--size 256] [--out DIR]\n");
  process.exit(2);
}
const size = Number(values.size);
const engine = openEngine(engineSettings(loadConfig()));
const network = await engine.network(values.network);
const [photoBytes, styleBytes] = [await readFile(photoPath), await readFile(stylePath)];
const photo = await decode(photoBytes, size);
const measure = measureOf(network, { preset: "studio" });
const contentLayer = presetsOf(network).style.content;
const style = await decode(styleBytes, size);
const targets = await blendTargets(engine.programs, network, measure, [{ raster: style, weight: 1 }]);
const wanted = await featuresOf(engine.programs, network, contentLayer, photo, { pooling: measure.pooling });

async function distances(image: Raster): Promise<{ style: number; content: number }> {
  const grams = await gramsOf(engine.programs, network, measure, image);
  const features = await featuresOf(engine.programs, network, contentLayer, image, { pooling: measure.pooling });
  const square = (a: Float32Array, b: Float32Array): number => a.reduce((sum, v, i) => sum + (v - (b[i] ?? 0)) ** 2, 0);
  return {
    style: targets.reduce(
      (sum, { layer, target, weight }) => sum + weight * square(grams[layer]?.data ?? new Float32Array(), target.data),
      0,
    ),
    content: square(features.data, wanted.data) / square(wanted.data, new Float32Array(wanted.data.length)),
  };
}

export interface Sample {
  /** Seconds of work; measuring is not counted. */
  readonly seconds: number;
  readonly style: number;
  readonly content: number;
}

async function follow(way: Way): Promise<Sample[]> {
  const samples: Sample[] = [];
  let worked = 0;
  let image: Raster | undefined;
  let since = performance.now();
  for await (const frame of painter(way, {
    engine,
    network,
    photo: photoBytes,
    style: styleBytes,
    size,
    iterations: Number(values.iterations),
  })) {
    worked += performance.now() - since;
    image = frame;
    const { width, height } = fitInside(photo.width, photo.height, size);
    // Distances are of the size asked for: what a smaller scale has is not yet a picture of that size.
    if (frame.width === width && frame.height === height)
      samples.push({ seconds: worked / 1000, ...(await distances(frame)) });
    since = performance.now();
  }
  if (image) {
    await mkdir(values.out, { recursive: true });
    await writeFile(
      join(values.out, `quality-${way}.jpg`),
      await sharp(await encode(image))
        .jpeg({ quality: 85 })
        .toBuffer(),
    );
  }
  return samples;
}

const results = new Map<Way, Sample[]>();
for (const way of WAYS.filter((name) => values.ways.split(",").includes(name))) results.set(way, await follow(way));
await writeFile(join(values.out, "quality.svg"), plot(results));
const goal = results.get("lbfgs")?.at(-1);
const summary = [...results].map(([way, samples]) => {
  const last = samples.at(-1);
  const reached = samples.find((sample) => goal && sample.style <= goal.style);
  return { way, ...last, secondsToLbfgsStyle: reached?.seconds ?? null };
});
process.stdout.write(
  `${JSON.stringify({ network: values.network, size, runtime: engine.programs.runtime.name, ways: summary }, null, 2)}\n`,
);
await engine.close();
