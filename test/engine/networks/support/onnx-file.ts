/** ONNX files that tests write themselves, and what onnxruntime makes of them. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import { assemble } from "../../../../src/engine/networks/import/assemble.js";
import { readOnnx } from "../../../../src/engine/networks/import/onnx.js";
import type { Network } from "../../../../src/engine/networks/network.js";
import {
  DataType,
  encodeModel,
  type Message,
  type OnnxNode,
  type OnnxTensor,
} from "../../../../src/engine/onnx-schema.js";
import type { Tensor } from "../../../../src/engine/runtimes/runtime.js";
import { newFolder } from "../../../support/new-folder.js";
import { numbers, PLAIN, picture } from "./tiny.js";

type Value = number | readonly number[] | string | { float: number };

function attribute(name: string, value: Value): Message<"AttributeProto"> {
  if (typeof value === "number") return { name, type: 2, i: value };
  if (typeof value === "string") return { name, type: 3, s: new TextEncoder().encode(value) };
  if ("float" in value) return { name, type: 1, f: value.float };
  return { name, type: 7, ints: value };
}

export const node = (
  opType: string,
  input: readonly string[],
  output: string,
  attributes: Readonly<Record<string, Value>> = {},
): OnnxNode => ({
  opType,
  name: `node of ${output}`,
  input,
  output: [output],
  attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
});

export function floats(name: string, dims: readonly number[], seed = 5, make = (x: number) => x): OnnxTensor {
  const count = dims.reduce((a, b) => a * b, 1);
  return { name, dims, dataType: DataType.float32, rawData: new Uint8Array(numbers(count, seed).map(make).buffer) };
}
export const ints = (name: string, values: readonly number[]): OnnxTensor => ({
  name,
  dims: [values.length],
  dataType: DataType.int64,
  int64Data: values,
});
export const scalar = (name: string, value: number): OnnxTensor => ({
  name,
  dims: [],
  dataType: DataType.float32,
  floatData: [value],
});

export const NCHW: Message<"Dimension">[] = [{ dimParam: "N" }, { dimValue: 3 }, { dimParam: "H" }, { dimParam: "W" }];
const unknown = (count: number, tag: string): Message<"Dimension">[] =>
  Array.from({ length: count }, (_, i) => ({ dimParam: `${tag}${i}` }));

export function encode(
  nodes: readonly OnnxNode[],
  initializer: readonly OnnxTensor[],
  dims = NCHW,
  version = 15,
): Uint8Array {
  const shape = (dim: readonly Message<"Dimension">[]) => ({ tensorType: { elemType: 1, shape: { dim } } });
  const named = nodes.flatMap((n) => n.output ?? []);
  const wanted = named.includes("y") ? ["y"] : named;
  const outputs = wanted.map((name, i) => ({ name, type: shape(unknown(4, `o${i}_`)) }));
  const graph = { name: "g", node: nodes, initializer, input: [{ name: "data", type: shape(dims) }], output: outputs };
  return encodeModel({ irVersion: 8, opsetImport: [{ domain: "", version }], graph });
}

export async function read(bytes: Uint8Array, at?: string): Promise<Network> {
  const path = join(at ?? newFolder(), "tiny.onnx");
  await writeFile(path, bytes);
  return assemble("tiny", await readOnnx(path), PLAIN);
}

/** What onnxruntime itself makes of the file. */
export async function truth(bytes: Uint8Array, layer: string, image: Tensor): Promise<Tensor> {
  const session = await ort.InferenceSession.create(bytes, { graphOptimizationLevel: "disabled", logSeverityLevel: 3 });
  const results = await session.run({ data: new ort.Tensor("float32", image.data, image.shape) }, [layer]);
  const result = results[layer];
  if (!result) throw new Error("no result");
  return { data: result.data as Float32Array, shape: result.dims };
}

/** The image, so that negative numbers go through everything. */
export const image = (h: number, w: number): Tensor => {
  const { data, shape } = picture(h, w);
  return { data: data.map((x) => x / 64 - 2), shape };
};
