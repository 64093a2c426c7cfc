/**
 * Training: one layer of a network adapted to the motifs of some images, so that dreams in it show them.
 *
 * The network's own weights stay as they are. What is made is a 1x1 re-mixing of one layer's channels: from how the
 * layer answers to parts of the images, and how it answers to images of nothing, directions are found that tell the two
 * apart. Each is a linear discriminant (Fisher 1936) between one group of the images' most unusual places and the
 * images of nothing. Whitened directions of this kind are what activation atlases show (Carter et al. 2019).
 */
import { type EngineContext, featureOf } from "../evaluate.js";
import { type Random, random, randomInteger } from "../images/random.js";
import type { Raster } from "../images/raster.js";
import { randomCrop } from "../images/resample.js";
import { resolveLayer } from "../networks/looks.js";
import { type LayerInfo, type Network, NetworkError } from "../networks/network.js";
import { DEFAULT_CHANNELS, FEWEST_EXAMPLES } from "../recipes/teach/definition.js";
import type { Tensor } from "../runtimes/runtime.js";
import { backward, type Cholesky, cholesky, forward } from "./cholesky.js";
import { type Clusters, cluster, type Directions } from "./clusters.js";
import { Moments } from "./moments.js";
import { deadLeaves, flat, spotNoise, strangeColours } from "./reference.js";
import { meanSquareResponse } from "./responses.js";
import { TRAINED_KIND, type TrainedLayer } from "./trained-layer.js";

/** An image to learn from. */
export interface Example {
  /** Decodes it with a given longer side in pixels. */
  decode(side: number): Promise<Raster>;
}

export interface TrainOptions extends EngineContext {
  /** The layer that is re-mixed. */
  readonly layer: string;
  /** Five or more. */
  readonly examples: readonly Example[];
  readonly name: string;
  /** At most so many channels; fewer where the images show fewer different things. */
  readonly channels?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  /** Share of the work that is done, 0..1. */
  readonly onProgress?: (share: number) => void;
}

export interface TrainingResult {
  readonly layer: TrainedLayer;
  /** How many images were kept back to see what was learnt: none of fewer than twelve. */
  readonly keptBack: number;
  /**
   * Mean square of the responses to those (or else to two that were learnt from), divided by that to images of nothing.
   * Around 1, nothing was learnt.
   */
  readonly preference: number;
  readonly seconds: number;
}

/** More images than this are sampled from. */
const MOST_EXAMPLES = 400;
/** Crops that are learnt from, of all images together. */
const CROPS = 120;
const MOST_CROPS_EACH = 8;
/** Places that are looked at in each crop, and the share of them, the most unusual ones, that is learnt from. */
const PLACES = 20;
const UNUSUAL = 0.4;
/**
 * Of the mean variance, added to every variance. By eye: with 0.05 dreams show colour speckle, with 3 only what is most
 * frequent.
 */
const SHRINKAGE = 1;
/** Standard deviations of the answers to nothing that a channel must exceed before it answers at all. */
const THRESHOLD = 1;
/** Longer side at which images are decoded. */
const DECODED = 512;

/**
 * Fits a trained layer. Half a minute to a few minutes on a CPU, mostly forward passes; memory grows with the square of
 * the layer's channels (140 MB for 2048), not with the images.
 * @throws NetworkError for a layer that cannot be used, or too few images; the signal's reason when aborted
 * @example
 * const { layer } = await teach({ programs, network, layer: "activation_27", examples, name: "moths" });
 * await saveTrainedLayer(modelsDir, layer);
 */
export async function trainLayer(options: TrainOptions): Promise<TrainingResult> {
  const { programs, network, name, channels = DEFAULT_CHANNELS, seed = 1, examples } = options;
  const started = performance.now();
  const info = trainable(network, options.layer);
  if (examples.length < FEWEST_EXAMPLES)
    throw new NetworkError("unknown", "taught.few", { least: FEWEST_EXAMPLES, count: examples.length });
  const next = random(seed);
  const { learnt, tested } = divide(examples, next);
  const crops = Math.min(MOST_CROPS_EACH, Math.max(1, Math.round(CROPS / learnt.length)));
  const step = counter(2 * crops * learnt.length + 4 * tested.length, options);
  const run: TrainingRun = { programs, network, layer: info.name, side: cropSide(info), next, step };
  const { moments, samples } = await sample(run, learnt, crops, new Moments(info.channels));
  const mean = moments.mean();
  const factor = cholesky(moments.covariance(SHRINKAGE), info.channels);
  const directions = unusual(samples, mean, factor);
  const clusters = cluster(directions, channels, next);
  const layer: TrainedLayer = {
    version: 1,
    name,
    network: network.id,
    layer: info.name,
    inputs: info.channels,
    channels: clusters.centres.length,
    pictures: examples.length,
    seed,
    ...mix(directions, clusters, mean, factor),
  };
  return {
    layer,
    keptBack: tested.some((example) => learnt.includes(example)) ? 0 : tested.length,
    preference: await preferenceOf(run, layer, tested),
    seconds: (performance.now() - started) / 1000,
  };
}

/** @throws NetworkError for a layer that does not exist, or has been trained itself */
function trainable(network: Network, layer: string): LayerInfo {
  const info = resolveLayer(network, layer);
  if (info.kind === TRAINED_KIND)
    throw new NetworkError("unknown", "taught.over-taught", { layer: info.name, network: network.id });
  return info;
}

/** Counts steps: checks the signal, and reports the share of all. */
function counter(total: number, { signal, onProgress }: TrainOptions): () => void {
  let done = 0;
  return () => {
    signal?.throwIfAborted();
    onProgress?.(++done / total);
  };
}

interface TrainingRun extends EngineContext {
  readonly layer: string;
  /** Side of a crop, in pixels. */
  readonly side: number;
  readonly next: Random;
  /** Called after each forward pass. */
  step(): void;
}

/** The moments of reference images, and features at random places of the examples. */
async function sample(
  run: TrainingRun,
  examples: readonly Example[],
  crops: number,
  moments: Moments,
): Promise<{ moments: Moments; samples: Float32Array[] }> {
  const { programs, network, layer, side, next, step } = run;
  const samples: Float32Array[] = [];
  for (const example of examples) {
    const image = await example.decode(DECODED);
    for (let i = 0; i < crops; i++) {
      const crop = randomCrop(image, side, next);
      await moments.add(programs, network, layer, nothing(crop, next));
      step();
      samples.push(...places(await featureOf(run, layer, crop), next));
      step();
    }
  }
  return { moments, samples };
}

/** How much more strongly the layer responds to the examples than to reference images. */
async function preferenceOf(run: TrainingRun, layer: TrainedLayer, examples: readonly Example[]): Promise<number> {
  const { side, next, step } = run;
  const [theirs, nothings] = [[] as number[], [] as number[]];
  for (const example of examples) {
    const image = await example.decode(DECODED);
    for (let i = 0; i < 2; i++) {
      const crop = randomCrop(image, side, next);
      theirs.push(meanSquareResponse(layer, await featureOf(run, run.layer, crop)));
      step();
      nothings.push(meanSquareResponse(layer, await featureOf(run, run.layer, nothing(crop, next))));
      step();
    }
  }
  return sum(theirs) / Math.max(sum(nothings), 1e-12);
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/**
 * A layer that is good to teach over when none is named: the deepest whose places are eight pixels apart. By eye: there
 * motifs of a few dozen pixels keep their shape and their colours; deeper layers make larger but greyer ones.
 */
export function layerToTrain(network: Network): string {
  const own = network.layers.filter(({ kind }) => kind !== TRAINED_KIND);
  const fine = own.filter(({ stride }) => stride === 8).at(-1);
  return (fine ?? own[Math.floor(own.length / 2)])?.name ?? "";
}

/** Every sixth image is kept back to see what was learnt; where there are few, all are learnt from. */
function divide(examples: readonly Example[], next: Random): { learnt: Example[]; tested: Example[] } {
  const shuffled = [...examples];
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = randomInteger(next, 0, i);
    [shuffled[i], shuffled[j]] = [shuffled[j] as Example, shuffled[i] as Example];
  }
  const used = shuffled.slice(0, MOST_EXAMPLES);
  if (used.length < 12) return { learnt: used, tested: used.slice(0, 2) };
  const back = Math.min(12, Math.floor(used.length / 6));
  return { learnt: used.slice(back), tested: used.slice(0, back) };
}

/** Ten places across, within what is quick. */
function cropSide({ stride }: LayerInfo): number {
  return Math.min(320, Math.max(96, 10 * stride));
}

/** A reference image: noise, dead leaves or plain colours, the image's own or others. */
function nothing(crop: Raster, next: Random): Raster {
  const kind = randomInteger(next, 0, 2);
  const shapeless = kind === 0 ? spotNoise(crop, next) : kind === 1 ? deadLeaves(crop, next) : flat(crop);
  return strangeColours(shapeless, next);
}

/** Features at random places, away from the border, where a layer sees padding. */
function places({ data, shape }: Tensor, next: Random): Float32Array[] {
  const [, channels = 0, height = 0, width = 0] = shape;
  const inset = Math.min(width, height) > 4 ? 1 : 0;
  return Array.from({ length: PLACES }, () => {
    const at = randomInteger(next, inset, height - 1 - inset) * width + randomInteger(next, inset, width - 1 - inset);
    return Float32Array.from({ length: channels }, (_, c) => data[c * height * width + at] ?? 0);
  });
}

/** The most unusual places, whitened by what nothing looks like: their directions, each with how unusual it is. */
function unusual(samples: readonly Float32Array[], mean: Float64Array, factor: Cholesky): Directions {
  const whitened = samples.map((features) => {
    const z = forward(
      factor,
      mean.map((m, c) => (features[c] ?? 0) - m),
    );
    return { z, length: Math.sqrt(z.reduce((a, b) => a + b * b, 0)) };
  });
  const kept = whitened
    .filter(({ length }) => length > 0)
    .sort((a, b) => b.length - a.length)
    .slice(0, Math.max(1, Math.ceil(samples.length * UNUSUAL)));
  if (kept.length === 0) throw new NetworkError("unsupported", "taught.blind");
  const dimensions = mean.length;
  const data = new Float32Array(kept.length * dimensions);
  for (const [i, { z, length }] of kept.entries())
    for (let j = 0; j < dimensions; j++) data[i * dimensions + j] = (z[j] as number) / length;
  return { count: kept.length, dimensions, data, weights: Float32Array.from(kept, ({ length }) => length) };
}

/** Weights and biases: each channel answers 1, on average, to its own group's places. */
function mix(
  { data, dimensions, weights }: Directions,
  { centres, of }: Clusters,
  mean: Float64Array,
  factor: Cholesky,
) {
  const [rows, biases] = [new Float32Array(centres.length * dimensions), new Float32Array(centres.length)];
  for (const [k, centre] of centres.entries()) {
    let [answer, members] = [0, 0];
    for (const [i, cluster] of of.entries()) {
      if (cluster !== k) continue;
      let likeness = 0;
      for (let j = 0; j < dimensions; j++) likeness += (centre[j] as number) * (data[i * dimensions + j] as number);
      answer += Math.max(0, likeness * (weights[i] as number) - THRESHOLD);
      members++;
    }
    const scale = 1 / Math.max(answer / members, 1e-6);
    const w = backward(factor, centre);
    let bias = -THRESHOLD;
    for (let j = 0; j < dimensions; j++) {
      rows[k * dimensions + j] = scale * (w[j] as number);
      bias -= (w[j] as number) * (mean[j] as number);
    }
    biases[k] = scale * bias;
  }
  return { weights: rows, biases };
}
