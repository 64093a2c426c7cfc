/** A network with random weights, and what a recipe needs to run with it. */
import { afterAll } from "vitest";
import { findClasses } from "../../../src/engine/classes.js";
import type { Node } from "../../../src/engine/graph/node.js";
import { constant, conv2d, maxPool, mul, reduceMean, relu, scalar } from "../../../src/engine/graph/ops.js";
import type { Film } from "../../../src/engine/images/film.js";
import { random } from "../../../src/engine/images/random.js";
import { emptyRaster, type Raster } from "../../../src/engine/images/raster.js";
import { resize } from "../../../src/engine/images/resample.js";
import { type Network, noClasses, noLayer } from "../../../src/engine/networks/network.js";
import { randomVgg } from "../../../src/engine/networks/random-vgg.js";
import { Programs } from "../../../src/engine/programs.js";
import type { Frame, Frames, PictureInput, RecipeContext } from "../../../src/engine/recipes/recipe.js";
import { onnxRuntime } from "../../../src/engine/runtimes/onnx/onnx.js";

export const vgg = randomVgg([
  [1, 8],
  [1, 12],
  [1, 16],
]);

const CLASSES = 1000;
/** What it knows, each by one channel against the mean of all: none is seen for being bright alone. */
const KNOWN = ["goldfish", "castle", "pizza", "lion", "dogs"];

function classKernel(channels: number): Node {
  const data = new Float32Array(CLASSES * channels);
  for (const [channel, word] of KNOWN.entries())
    for (const place of findClasses(word)?.members ?? [])
      for (let c = 0; c < channels; c++) data[place * channels + c] = (c === channel ? 1 : 0) - 1 / channels;
  return constant(data, [CLASSES, channels, 1, 1]);
}

/** A network that names things: it scores the mean of its deepest map, or each place of it. */
export const naming: Network = {
  ...vgg,
  id: "naming",
  classes: CLASSES,
  build(options = {}) {
    const built = vgg.build(options);
    const map = built.layer("block3_conv1");
    const kernel = classKernel(16);
    return {
      ...built,
      scores: () => conv2d(reduceMean(map, [2, 3]), kernel),
      scoresByPlace: () => conv2d(map, kernel),
    };
  },
};

/** A network without padding, like SqueezeNet: its deepest layer has a place from 51 pixels on. */
export const unpadded: Network = {
  ...vgg,
  id: "unpadded",
  layers: [
    { name: "conv1", kind: "Conv2D", channels: 8, stride: 2 },
    { name: "pool1", kind: "MaxPooling2D", channels: 8, stride: 4 },
    { name: "conv2", kind: "Conv2D", channels: 8, stride: 8 },
    { name: "pool2", kind: "MaxPooling2D", channels: 8, stride: 16 },
  ],
  presets: {
    dream: { default: "deep", looks: { deep: { description: "deep", layers: { pool2: 1 } } } },
    style: {
      layers: { conv1: 1, pool2: 1 },
      content: "pool2",
      pooling: "max",
      rate: 0.7,
      shifts: 4,
      randomFeatures: false,
    },
  },
  build(options) {
    const { image } = vgg.build(options);
    const next = random(3);
    const built = new Map<string, Node>();
    let x: Node = mul(image, scalar(1 / 64));
    for (const [i, channels] of [3, 8].entries()) {
      const kernel = constant(
        Float32Array.from({ length: 8 * channels * 49 }, () => next() - 0.4),
        [8, channels, 7, 7],
      );
      x = relu(conv2d(x, kernel, undefined, { strides: [2, 2] }));
      built.set(`conv${i + 1}`, x);
      x = maxPool(x, { kernel: [3, 3], strides: [2, 2], pads: [0, 0, 0, 0] });
      built.set(`pool${i + 1}`, x);
    }
    const layer = (name: string): Node => built.get(name) ?? noLayer("unpadded", name);
    const scores = () => noClasses("unpadded");
    return { image, layer, scores, scoresByPlace: scores };
  },
};

/** Call it once in a test file. */
export function openTiny(): RecipeContext {
  const programs = new Programs(onnxRuntime({ threads: 1 }), { maxBytes: 1e8 });
  afterAll(() => programs.dispose());
  const network = async (id: string): Promise<Network> => (id === "naming" ? naming : vgg);
  return { programs, network, signal: new AbortController().signal };
}

export async function framesOf(run: Frames): Promise<{ frames: Frame[]; film: Film | undefined }> {
  const frames: Frame[] = [];
  for (;;) {
    const next = await run.next();
    if (next.done) return { frames, film: next.value ?? undefined };
    frames.push(next.value);
  }
}

export async function lastOf(run: Frames): Promise<Frame> {
  const last = (await framesOf(run)).frames.at(-1);
  if (!last) throw new Error("the recipe made no frame");
  return last;
}

/** An image with something in it: a disc on two slopes. */
export function scene(width: number, height: number): Raster {
  const raster = emptyRaster(width, height);
  const plane = width * height;
  for (let i = 0; i < plane; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    const inside = Math.hypot(x - width / 2, y - height / 2) < Math.min(width, height) / 4;
    raster.data[i] = inside ? 220 : (255 * x) / width;
    raster.data[plane + i] = inside ? 40 : (255 * y) / height;
    raster.data[2 * plane + i] = 60 + 40 * Math.sin(x / 3);
  }
  return raster;
}

export function pictureOf(raster: Raster): PictureInput {
  const { width, height } = raster;
  return {
    width,
    height,
    async decode(side) {
      const scale = side / Math.max(width, height);
      return resize(raster, Math.round(width * scale), Math.round(height * scale));
    },
  };
}

export function difference(a: Raster, b: Raster): number {
  if (a.data.length !== b.data.length) return Number.POSITIVE_INFINITY;
  return a.data.reduce((sum, v, i) => sum + Math.abs(v - (b.data[i] ?? 0)), 0) / a.data.length;
}
