/** How much memory a step takes, and into how many tiles a picture must be cut to stay within a budget. */

import { Dimensions } from "./graph/dimensions.js";
import { type Node, topologicalOrder } from "./graph/node.js";
import type { BuildOptions, Network } from "./networks/network.js";
import type { Scale } from "./optimize/scales.js";

/** Bytes of a float32. */
const FLOAT = 4;
/**
 * How often the feature maps of the way forward are held at the worst moment of a step: themselves, the masks and gradients of the way
 * back, and what the allocator's huge pages round up. By bench/memory.ts it is up to 1.2 for dreams with resnet50, 1.8 for paintings
 * with it and 2.2 for paintings with vgg19 in tiles, the pictures themselves counted in.
 */
const COPIES = 2.2;
/** A picture of this side is asked what it takes; larger ones take proportionally more. */
const SAMPLE = 256;

/** Bytes that loss and gradient of a network up to some layers take for one pixel of the picture, weights left out. */
export function bytesPerPixel(network: Network, layers: readonly string[], options: BuildOptions = {}): number {
  const { layers: built } = network.build(options);
  const outputs = layers.flatMap((name): Node[] => {
    const node = built.get(name);
    return node ? [node] : [];
  });
  const dimensions = new Dimensions({ image: [1, 3, SAMPLE, SAMPLE] });
  let floats = 0;
  for (const node of topologicalOrder(outputs)) {
    const shape = dimensions.of(node);
    // What is computed in place, or inside a convolution, has no memory of its own.
    if (node.op === "conv2d" || node.op === "maxPool" || node.op === "avgPool" || node.op === "concat") {
      floats += shape.reduce<number>((product, d) => product * Number(d), 1);
    }
  }
  return (floats * FLOAT * COPIES) / (SAMPLE * SAMPLE);
}

/** A part of a picture, in pixels. */
export interface Tile {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Cuts a picture into a grid of nearly equal tiles of at most `pixels` each; one tile when it is small enough. */
export function tilesOf({ width, height }: Scale, pixels: number): Tile[] {
  let [across, down] = [1, 1];
  while (Math.ceil(width / across) * Math.ceil(height / down) > pixels && (width / across > MINIMUM || height / down > MINIMUM)) {
    if (width / across >= height / down) across++;
    else down++;
  }
  const cut = (length: number, parts: number): number[] => Array.from({ length: parts + 1 }, (_, i) => Math.round((i * length) / parts));
  const [xs, ys] = [cut(width, across), cut(height, down)];
  return ys
    .slice(0, -1)
    .flatMap((y, j) => xs.slice(0, -1).map((x, i) => ({ x, y, width: (xs[i + 1] ?? width) - x, height: (ys[j + 1] ?? height) - y })));
}

/** Tiles are not cut smaller than this, in pixels: deep layers would see nothing but padding. */
const MINIMUM = 192;
