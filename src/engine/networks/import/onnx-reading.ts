/** What is made of an ONNX node. */
import type { Activation, Step, Vector } from "./layer-graph.js";
import type { MapValue, NodeReader, Quantized } from "./onnx-node.js";

export interface Reading {
  /** One after the other; none where the value only looks at its input in another way. */
  readonly steps: readonly Step[];
  /** The inputs that are feature maps (the others are constants). */
  readonly inputs: readonly string[];
  /** How the result's axes lie, where that is not as in the first input. */
  readonly axes?: readonly number[];
  readonly split?: MapValue["split"];
  /** What the result's numbers stand for, where that is not as in the first input. */
  readonly quantized?: Quantized;
}

/** Steps on the first input. */
export const first = (node: NodeReader, ...steps: Step[]): Reading => ({ steps, inputs: node.inputs.slice(0, 1) });
export const identity = (node: NodeReader): Reading => first(node, { type: "identity" });
export const activation = (node: NodeReader, a: Activation): Reading =>
  first(node, { type: "activation", activation: a });
/** The first input with its axes lying otherwise. */
export const viewed = (node: NodeReader, axes: readonly number[], split?: MapValue["split"]): Reading => ({
  steps: [{ type: "identity" }],
  inputs: node.inputs.slice(0, 1),
  axes,
  ...(split && { split }),
});

/** Numbers for each of so many channels, from a vector of as many or of one. */
export const spread = (
  length: number,
  vector: Vector | undefined,
  otherwise: number,
  of: (x: number) => number = (x) => x,
): Float32Array => {
  const data = vector?.data();
  return Float32Array.from({ length }, (_, c) => (data ? of((data.length === 1 ? data[0] : data[c]) ?? 0) : otherwise));
};

/** x * scale + shift */
export const affine = (length: number, scale: Vector | undefined, shift: Vector | undefined): Step => ({
  type: "affine",
  length,
  values: () => ({ scale: spread(length, scale, 1), shift: spread(length, shift, 0) }),
});
