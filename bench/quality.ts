/**
 * How good are paintings, and how soon?
 *
 * Usage: npx tsx bench/quality.ts --pairs [--networks resnet50,vgg19] [--size 256] [--out DIR] [--beside DIR]
 * [--params '{"preset":"quality"}'] [--only night,ink] Paints the six pairs of quality/pairs.ts, and prints as JSON how
 * far each is from its style and its photo by VGG19, its weave, its megapixel-steps, and, where `--beside` names a
 * folder with another program's pictures PAIR-NETWORK.png, the same of those, and the means as shares of theirs.
 * sheet.jpg shows for each pair photo, style and, by each network, the other program's picture and this one's.
 * IMAGES_PATH is the folder with tubingen.jpg, shipwreck.jpg and starry_night.jpg; without it their pairs are left out.
 *
 * Usage: npx tsx bench/quality.ts PHOTO STYLE [--network vgg19] [--size 256] [--out docs/pictures] [--ways
 * studio,lbfgs] Style and content distance against seconds, for the studio's and the book's presets, L-BFGS and plain
 * Adam. Writes quality.svg, a picture of each, and prints JSON: for each way its seconds and distances, and how soon it
 * reached what 100 iterations of L-BFGS reach.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { z } from "zod";
import { engineSettings } from "../src/app/engine-settings.js";
import { loadConfig } from "../src/app/settings/load-settings.js";
import { decode, encode } from "../src/engine/images/codec.js";
import { fitInside, type Raster, type Size } from "../src/engine/images/raster.js";
import { openEngine } from "../src/engine/open.js";
import { type Distances, judgeOf } from "./quality/judge.js";
import { comparePairs, PAIRS, summaryOf } from "./quality/pairs.js";
import { plot } from "./quality/plot.js";
import { painter, type Scene, WAYS, type Way } from "./quality/ways.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    network: { type: "string", default: "vgg19" },
    size: { type: "string", default: "256" },
    out: { type: "string", default: "docs/pictures" },
    iterations: { type: "string", default: "100" },
    pairs: { type: "boolean", default: false },
    networks: { type: "string", default: "resnet50,vgg19" },
    beside: { type: "string" },
    params: { type: "string", default: "{}" },
    only: { type: "string", default: Object.keys(PAIRS).join(",") },
    ways: { type: "string", default: WAYS.join(",") },
  },
});
const size = Number(values.size);
const engine = openEngine(engineSettings(loadConfig()));

interface Sample extends Distances {
  /** Seconds of work; measuring is not counted. */
  readonly seconds: number;
}

/** Paints in one way, and measures as it goes. */
async function follow(
  way: Way,
  scene: Scene,
  { width, height }: Size,
  judge: (image: Raster) => Promise<Distances>,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  let worked = 0;
  let image: Raster | undefined;
  let since = performance.now();
  for await (const frame of painter(way, scene)) {
    worked += performance.now() - since;
    image = frame;
    // Distances are of the size asked for: what a smaller scale has is not yet a picture of that size.
    if (frame.width === width && frame.height === height)
      samples.push({ seconds: worked / 1000, ...(await judge(frame)) });
    since = performance.now();
  }
  const name = join(values.out, `quality-${way}.jpg`);
  if (image)
    await sharp(await encode(image))
      .jpeg({ quality: 85 })
      .toFile(name);
  return samples;
}

/** How soon each way reaches what L-BFGS reaches. */
async function compareWays(photoPath: string, stylePath: string) {
  const [photo, style] = [await readFile(photoPath), await readFile(stylePath)];
  const network = await engine.network(values.network);
  const judge = await judgeOf(engine, network, { photo, style, size });
  const original = await decode(photo, size);
  const scene = { engine, network, photo, style, size, iterations: Number(values.iterations) };
  await mkdir(values.out, { recursive: true });
  const results = new Map<Way, Sample[]>();
  for (const way of WAYS.filter((name) => values.ways.split(",").includes(name)))
    results.set(way, await follow(way, scene, fitInside(original.width, original.height, size), judge));
  await writeFile(join(values.out, "quality.svg"), plot(results));
  const goal = results.get("lbfgs")?.at(-1);
  return [...results].map(([way, samples]) => {
    const reached = samples.find((sample) => goal && sample.style <= goal.style);
    return { way, ...samples.at(-1), secondsToLbfgsStyle: reached?.seconds ?? null };
  });
}

async function main(): Promise<unknown> {
  const [photo, style] = positionals;
  if (values.pairs) {
    const networks = values.networks.split(",");
    const params = z.record(z.string(), z.unknown()).parse(JSON.parse(values.params));
    const { out, beside, only } = values;
    const results = await comparePairs(engine, { networks, size, out, beside, params, only: only.split(",") });
    return { runtime: engine.programs.runtime.name, results, summary: summaryOf(results) };
  }
  if (photo && style)
    return { network: values.network, runtime: engine.programs.runtime.name, ways: await compareWays(photo, style) };
  throw new Error("Usage: npx tsx bench/quality.ts PHOTO STYLE, or --pairs; the file tells more.");
}

try {
  process.stdout.write(`${JSON.stringify(await main(), null, 2)}\n`);
} finally {
  await engine.close();
}
