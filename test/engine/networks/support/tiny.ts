/** Tiny networks that tests write themselves, and running them. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Node, topologicalOrder } from "../../../../src/engine/graph/node.js";
import type { Preprocessing } from "../../../../src/engine/networks/import/preprocessing.js";
import type { BuildOptions, Network } from "../../../../src/engine/networks/network.js";
import { onnxRuntime } from "../../../../src/engine/runtimes/onnx/onnx.js";
import type { Tensor } from "../../../../src/engine/runtimes/runtime.js";

/** Nothing is subtracted or swapped. */
export const PLAIN: Preprocessing = { channels: "rgb", mean: [0, 0, 0], scale: 1 };

/** Numbers that look random, -1..1, the same each time. */
export function numbers(count: number, seed = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** An image of 0..255. */
export function picture(height: number, width: number): Tensor {
  return { data: numbers(3 * height * width, 7).map((x) => Math.round((x + 1) * 127)), shape: [1, 3, height, width] };
}

/** A layer's feature maps. */
export async function features(
  network: Network,
  layer: string,
  image: Tensor,
  options?: BuildOptions,
): Promise<Tensor> {
  return computed(network.build(options).layer(layer), image);
}

/** How much an image shows of each class. */
export async function scoresOf(network: Network, image: Tensor, options?: BuildOptions): Promise<Tensor> {
  return computed(network.build(options).scores(), image);
}

/** The same at each place of the deepest map. */
export async function scoresByPlaceOf(network: Network, image: Tensor): Promise<Tensor> {
  return computed(network.build().scoresByPlace(), image);
}

async function computed(node: Node, image: Tensor): Promise<Tensor> {
  const program = await onnxRuntime({ threads: 1 }).compile({ y: node });
  try {
    const { y } = await program.run({ image });
    if (!y) throw new Error("no result");
    return y;
  } finally {
    await program.dispose();
  }
}

/** Operations that a node reaches, with how many there are of each. */
export function operations(node: Node | undefined): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { op } of topologicalOrder(node ? [node] : [])) counts[op] = (counts[op] ?? 0) + 1;
  return counts;
}

export interface KerasLayerJson {
  class_name: string;
  name?: string;
  config: unknown;
  inbound_nodes?: unknown[];
}

/** A layer of a functional model that takes in the layers `from`. */
export function layer(
  class_name: string,
  name: string,
  from: readonly string[],
  config: Record<string, unknown> = {},
): KerasLayerJson {
  return {
    class_name,
    name,
    config: { name, ...config },
    inbound_nodes: from.length > 0 ? [from.map((f) => [f, 0, 0, {}])] : [],
  };
}

export const imageLayer = (): KerasLayerJson =>
  layer("InputLayer", "image", [], { batch_input_shape: [null, null, null, 3] });

export const functional = (layers: readonly KerasLayerJson[]): unknown => ({
  class_name: "Model",
  config: { name: "tiny", layers },
});

export interface WeightJson {
  name: string;
  shape: readonly number[];
  data: Float32Array | Uint8Array | Uint16Array;
  quantization?: { dtype: string; scale?: number; min?: number };
}

/** Writes a tfjs layers-model whose weights are cut into shards of 100 bytes. Returns the path of model.json. */
export async function writeTfjs(at: string, model: unknown, weights: readonly WeightJson[]): Promise<string> {
  const bytes = Buffer.concat(weights.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)));
  const paths: string[] = [];
  for (let start = 0; start < bytes.length; start += 100) {
    const name = `shard${paths.length + 1}.bin`;
    paths.push(name);
    await writeFile(join(at, name), bytes.subarray(start, start + 100));
  }
  const manifest = weights.map(({ data: _, ...rest }) => ({ dtype: "float32", ...rest }));
  const json = {
    format: "layers-model",
    modelTopology: { model_config: model },
    weightsManifest: [{ paths, weights: manifest }],
  };
  const path = join(at, "model.json");
  await writeFile(path, JSON.stringify(json));
  return path;
}

/** A weight of those numbers. */
export const weight = (name: string, shape: readonly number[], seed = 3): WeightJson => ({
  name,
  shape,
  data: numbers(
    shape.reduce((a, b) => a * b, 1),
    seed,
  ),
});

/** Largest difference. */
export function difference(a: Tensor, b: Tensor): number {
  if (a.shape.join() !== b.shape.join()) throw new Error(`shapes ${a.shape} and ${b.shape} differ`);
  return a.data.reduce((worst, x, i) => Math.max(worst, Math.abs(x - (b.data[i] ?? Number.NaN))), 0);
}
