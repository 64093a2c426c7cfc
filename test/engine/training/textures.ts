/** Two kinds of images that a network of any weights can tell apart: lines across and lines down. */
import { type Random, random } from "../../../src/engine/images/random.js";
import { emptyRaster, type Raster } from "../../../src/engine/images/raster.js";
import type { Network } from "../../../src/engine/networks/network.js";
import { randomVgg } from "../../../src/engine/networks/random-vgg.js";
import { Programs } from "../../../src/engine/programs.js";
import { onnxRuntime } from "../../../src/engine/runtimes/onnx/onnx.js";

export type Texture = "across" | "down";

/** An image of one kind: its colours, widths and places are the seed's. */
export function texture(kind: Texture, seed: number, side = 96): Raster {
  const next = random(seed * 31 + 7);
  const paint = (n: Random): readonly number[] => [0, 1, 2].map(() => 40 + 175 * n());
  const [front, back] = [paint(next), paint(next)];
  const [period, phase] = [6 + 4 * next(), 10 * next()];
  const out = emptyRaster(side, side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const inside = ((kind === "across" ? y : x) + phase) % period < period / 2;
      for (let c = 0; c < 3; c++)
        out.data[(c * side + y) * side + x] = ((inside ? front : back)[c] ?? 0) + 6 * (next() - 0.5);
    }
  }
  return out;
}

export const examples = (kind: Texture, count: number, from = 1) =>
  Array.from({ length: count }, (_, i) => ({ decode: async () => texture(kind, from + i) }));

/** Random weights, 24 channels in its deepest layer. */
export const tinyNetwork = (seed = 1): Network =>
  randomVgg(
    [
      [1, 12],
      [1, 24],
    ],
    seed,
  );

export const LAYER = "block2_conv1";

export const makePrograms = (): Programs => new Programs(onnxRuntime({ threads: 1 }), { maxBytes: 1e8 });
