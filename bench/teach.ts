/**
 * What does teaching do? `npx tsx bench/teach.ts [motif ...]` teaches one layer thirty pictures of a motif, and writes
 * docs/pictures/teach-<motif>.jpg: four of the pictures; a dream in the layer as it was and in the taught one; both
 * from noise too.
 */
import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { loadConfig } from "../src/app/settings/load-settings.js";
import { decode, encode } from "../src/engine/images/codec.js";
import { fitInside, type Raster } from "../src/engine/images/raster.js";
import type { Network } from "../src/engine/networks/network.js";
import { type OpenEngine, openEngine } from "../src/engine/open.js";
import { dreamDefinition } from "../src/engine/recipes/dream/definition.js";
import { dream } from "../src/engine/recipes/dream/run.js";
import type { Pictures } from "../src/engine/recipes/recipe.js";
import { trainLayer } from "../src/engine/training/train-layer.js";
import { withTrainedLayers } from "../src/engine/training/with-trained-layers.js";
import { inspectPicture } from "../src/shared/inspect-image.js";
import { drawMotif, MOTIF_NAMES, type Motif } from "./motifs.js";

const NETWORK = "resnet50";
const LAYER = "activation_21";
const PICTURES = 30;
const WIDTH = 300;
const GAP = 6;

async function dreamt(
  engine: OpenEngine,
  network: Network,
  given: { look: string } | { layers: string },
  pictures: Pictures,
): Promise<Buffer> {
  const params = dreamDefinition.params.parse({ ...given, size: WIDTH, octaves: 4, steps: 12, strength: 1.5 });
  const context = { programs: engine.programs, network: async () => network, signal: new AbortController().signal };
  let last: Raster | undefined;
  for await (const { image } of dream(params, pictures, context)) last = image;
  if (!last) throw new Error("no picture");
  return Buffer.from(await encode(last));
}

async function show(engine: OpenEngine, motif: Motif): Promise<void> {
  const drawn = await Promise.all(Array.from({ length: PICTURES }, (_, i) => drawMotif(motif, i + 1)));
  const network = await engine.network(NETWORK);
  const examples = drawn.map((bytes) => ({ decode: (side: number) => decode(bytes, side) }));
  const { layer, preference, seconds } = await trainLayer({
    programs: engine.programs,
    network,
    layer: LAYER,
    examples,
    name: motif,
  });
  console.log(
    `${motif}: ${layer.channels} channels in ${seconds.toFixed(1)} s, ${preference.toFixed(0)} times as strong as to nothing`,
  );
  const taught = withTrainedLayers(network, { edition: `bench ${motif}`, kept: [{ name: motif, layer }] });
  const photo = await readFile(new URL("../config/sample.jpg", import.meta.url));
  const size = await inspectPicture(photo);
  const image = { ...size, decode: (side: number) => decode(photo, side) };
  const { height } = fitInside(size.width, size.height, WIDTH);
  const [before, after] = [{ layers: LAYER }, { look: motif }];
  const tiles = [
    await dreamt(engine, network, before, { image }),
    await dreamt(engine, taught, after, { image }),
    await dreamt(engine, network, before, {}),
    await dreamt(engine, taught, after, {}),
  ];
  const half = Math.floor((height - GAP) / 2);
  const example = async (i: number) => ({
    input: await sharp(drawn[i]).resize(half, half).toBuffer(),
    left: (i % 2) * (half + GAP),
    top: Math.floor(i / 2) * (half + GAP),
  });
  const dreams = tiles.map(async (input, i) => ({
    input: await sharp(input).resize(WIDTH, height, { fit: "cover" }).toBuffer(),
    left: 2 * (half + GAP) + (i % 2) * (WIDTH + GAP),
    top: Math.floor(i / 2) * (height + GAP),
  }));
  const lower = (await Promise.all([4, 5, 6, 7].map(example))).map((t, i) => ({
    ...t,
    top: height + GAP + Math.floor(i / 2) * (half + GAP),
  }));
  const parts = [...(await Promise.all([0, 1, 2, 3].map(example))), ...lower, ...(await Promise.all(dreams))];
  mkdirSync(new URL("../docs/pictures", import.meta.url), { recursive: true });
  const file = new URL(`../docs/pictures/teach-${motif}.jpg`, import.meta.url).pathname;
  const canvas = {
    width: 2 * (half + GAP) + 2 * WIDTH + GAP,
    height: 2 * height + GAP,
    channels: 3 as const,
    background: "#ffffff",
  };
  await sharp({ create: canvas }).composite(parts).jpeg({ quality: 80 }).toFile(file);
}

const { models } = loadConfig();
const engine = openEngine({ modelsDir: models.dir, modelsPath: models.path });
const wanted = MOTIF_NAMES.filter((name) => process.argv.length < 3 || process.argv.includes(name));
for (const motif of wanted) await show(engine, motif);
await engine.close();
