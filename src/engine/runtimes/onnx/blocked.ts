/** What keeps results in the layout in which onnxruntime's CPU computes convolutions: blocks of 16 channels (NCHWc). */
import { isMap, isZero, type Node, type NodeOf } from "../../graph/node.js";
import type { OnnxWriter } from "./writer.js";

/** g times a number; on the CPU as a depthwise convolution, which stays in the blocked layout. */
export function scaled(w: OnnxWriter, node: Node, g: string, factor: number): string {
  const channels = node.shape[1];
  if (!w.isBlocked(g) || typeof channels !== "number") return w.node("Mul", [g, w.scalar(factor)]);
  return depthwise(w, g, channels, factor);
}

/** x times a number, and a bias where there is one, as a convolution that stays in the blocked layout. */
export function depthwise(
  w: OnnxWriter,
  x: string,
  channels: number,
  factor: number,
  bias: readonly string[] = [],
): string {
  const factors = w.floats(new Float32Array(channels).fill(factor), [channels, 1, 1, 1]);
  const result = w.node("Conv", [x, factors, ...bias], { kernel_shape: [1, 1], group: channels });
  w.describeLike(result, x);
  w.block(result);
  return result;
}

/**
 * The two sides of an addition in one layout: where one is blocked and the other, of the same shape, is not, the other
 * is brought into blocks, so that onnxruntime can add it inside the convolution that the first comes from.
 */
export function alike(w: OnnxWriter, node: Node, x: readonly string[]): readonly string[] {
  const channels = node.shape[1];
  const blocked = x.map((name) => w.isBlocked(name));
  if (blocked.every(Boolean) || !blocked.some(Boolean) || typeof channels !== "number") return x;
  if (!node.inputs.every((input) => isMap(input, node))) return x;
  return x.map((name) => (w.isBlocked(name) ? name : depthwise(w, name, channels, 1)));
}

/**
 * Makes HardSigmoid(y) = min(1, max(0, STEEP * y)) a step: 0 at 0, and 1 at any activation that is not lost in
 * rounding.
 */
const STEEP = 1e30;

export const maskOfRelu = (w: OnnxWriter, y: string): string =>
  w.node("HardSigmoid", [y], { alpha: { float: STEEP }, beta: { float: 0 } });

/** y, where a node is `where(y > 0, g, 0)` of the result y of a ReLU. */
export function reluOf({ inputs: [condition, , zero] }: NodeOf<"where">): Node | undefined {
  const y = condition?.inputs[0];
  return condition?.op === "greater" && y?.op === "relu" && isZero(condition.inputs[1]) && isZero(zero) ? y : undefined;
}
