/** How much memory a step takes. */

import { Dimensions } from "./graph/dimensions.js";
import { topologicalOrder } from "./graph/node.js";
import { askOnce, type BuildOptions, type Network } from "./networks/network.js";
import { projected } from "./objectives/random-features.js";
import { REACH, TILE, winogradKernels } from "./runtimes/onnx/winograd.js";

/** Bytes of a float32. */
const FLOAT = 4;
/**
 * How often the feature maps of the way forward are held at the worst moment of a step: themselves, the masks and
 * gradients of the way back, and what the allocator's huge pages round up. By bench/memory.ts it is up to 1.2 for
 * dreams with resnet50, 1.8 for paintings with it and 2.2 for paintings with vgg19 in tiles, the images themselves
 * counted in.
 */
const COPIES = 2.2;
/** An image of this side is asked what it takes; larger ones take proportionally more. */
const SAMPLE = 256;

/** Numbers that Winograd's algorithm has for each pixel of a map: its tiles overlap. */
const OVERLAP = (REACH / TILE) ** 2;
/** A map's tiles as they are gathered, and as they are transformed: both are there while the one becomes the other. */
const TILED_COPIES = 2;

interface StepOptions extends BuildOptions {
  /** Layers whose random features are computed too. */
  readonly randomFeatures?: readonly string[];
  /** The runtime's name, such as "onnx-cpu": some of its algorithms take memory of their own. */
  readonly runtime?: string;
}

/**
 * Bytes that loss and gradient of a network up to some layers take for one pixel of the image. Weights are left out;
 * those that onnxruntime keeps transformed for Winograd's algorithm are four times their size.
 */
export function bytesPerPixel(network: Network, layers: readonly string[], options: StepOptions = {}): number {
  return askOnce(network, ["memory", layers, options], () => countBytes(network, layers, options));
}

function countBytes(network: Network, layers: readonly string[], options: StepOptions): number {
  const { runtime, randomFeatures: random = [], ...build } = options;
  const { layer } = network.build(build);
  const outputs = network.layers.flatMap(({ name }) => [
    ...(layers.includes(name) ? [layer(name)] : []),
    ...(random.includes(name) ? [projected(layer(name))] : []),
  ]);
  const sizes = { image: [1, 3, SAMPLE, SAMPLE] };
  const dimensions = new Dimensions(sizes);
  const { runs, alone } = winogradKernels(outputs, sizes);
  const inTiles = new Set(runtime === "onnx-cpu" ? [...runs, ...alone] : []);
  let floats = 0;
  let tiled = 0;
  for (const node of topologicalOrder(outputs)) {
    const shape = dimensions.of(node).map(Number);
    // What is computed in place, or inside a convolution, has no memory of its own.
    if (node.op === "conv2d" || node.op === "maxPool" || node.op === "avgPool" || node.op === "concat")
      floats += shape.reduce((product, d) => product * d, 1);
    const [image, kernel] = node.inputs;
    if (node.op === "conv2d" && image && kernel && inTiles.has(kernel)) {
      const [, channels = 0, height = 0, width = 0] = shape;
      // Forward it is the map that comes in which is cut into tiles, on the way back the gradient of the one that goes
      // out.
      const widest = Math.max(channels, Number(dimensions.of(image)[1]));
      // One layer after the other: the largest counts, not their sum.
      tiled = Math.max(tiled, widest * height * width * OVERLAP * TILED_COPIES);
    }
  }
  return ((floats * COPIES + tiled) * FLOAT) / (SAMPLE * SAMPLE);
}
