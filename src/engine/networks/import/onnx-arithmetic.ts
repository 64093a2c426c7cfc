/** ONNX's arithmetic of feature maps and constants. */
import { type Step, Unusable } from "./layer-graph.js";
import type { NodeReader } from "./onnx-node.js";
import { activation, first, identity, type Reading, spread } from "./onnx-reading.js";

type Operation = "add" | "sub" | "mul" | "div";
const OF_TWO = { add: "sum", sub: "difference", mul: "product", div: "quotient" } as const;

/** Adds, multiplies, ... two feature maps, or one and a constant per channel. */
export function arithmetic(node: NodeReader, op: Operation): Reading {
  const constant = node.isConstant(1) ? 1 : node.isConstant(0) ? 0 : undefined;
  if (constant === undefined) {
    const maps = [node.map(0), node.map(1)];
    if (maps.some(({ axes, split }) => split || axes.join() !== maps[0]?.axes.join()))
      throw new Unusable("unusable.axes");
    return { steps: [{ type: OF_TWO[op] }], inputs: node.inputs };
  }
  const map = 1 - constant;
  const vector = node.perChannel(constant);
  const length = vector.length === 1 ? node.map(map).facts.channels : vector.length;
  const flipped = constant === 0 && (op === "sub" || op === "div");
  const values = () => {
    if (op === "mul" || (op === "div" && flipped))
      return { scale: spread(length, vector, 1), shift: new Float32Array(length) };
    if (op === "div") return { scale: spread(length, vector, 1, (x) => 1 / x), shift: new Float32Array(length) };
    if (op === "add") return { scale: spread(length, undefined, 1), shift: spread(length, vector, 0) };
    return flipped
      ? { scale: spread(length, undefined, -1), shift: spread(length, vector, 0) }
      : { scale: spread(length, undefined, 1), shift: spread(length, vector, 0, (x) => -x) };
  };
  const steps: Step[] = [{ type: "affine", length, values }];
  if (op === "div" && flipped) steps.unshift({ type: "activation", activation: { name: "power", exponent: -1 } });
  const { axes } = node.map(map);
  return { steps, inputs: node.inputs.slice(map, map + 1), axes };
}

/** x to a constant power. */
export function power(node: NodeReader, exponent = node.single(1)): Reading {
  if (exponent === undefined) throw new Unusable("unusable.variable", { what: "exponent" });
  return exponent === 1 ? identity(node) : activation(node, { name: "power", exponent });
}

export function negative(node: NodeReader): Reading {
  const length = node.map().facts.channels;
  const values = () => ({ scale: new Float32Array(length).fill(-1), shift: new Float32Array(length) });
  return first(node, { type: "affine", length, values });
}

export function clip(node: NodeReader): Reading {
  for (const index of [1, 2])
    if (node.inputs[index] && !node.isConstant(index)) throw new Unusable("unusable.variable-limits");
  return limited(
    node,
    node.single(1) ?? node.float("min", Number.NEGATIVE_INFINITY),
    node.single(2) ?? node.float("max", Number.POSITIVE_INFINITY),
  );
}

/** The larger, or smaller, of a map and a constant. */
export function bounded(node: NodeReader, side: "min" | "max"): Reading {
  const limit = node.single(1);
  if (limit === undefined || node.inputs.length !== 2) throw new Unusable("unusable.variable-limits");
  return side === "max"
    ? limited(node, limit, Number.POSITIVE_INFINITY)
    : limited(node, Number.NEGATIVE_INFINITY, limit);
}

/** Numbers within [min, max]. */
export function limited(node: NodeReader, min: number, max: number): Reading {
  // Some exporters write the largest float for "no limit".
  if (min === 0 && max > 1e30) return activation(node, { name: "relu" });
  return activation(node, { name: "clip", min, max });
}
