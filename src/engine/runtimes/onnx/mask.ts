/** The gradient of ReLU: which numbers are positive, as ones and zeros. */
import type { Node, NodeOf } from "../../graph/node.js";
import type { OnnxWriter } from "./writer.js";

/**
 * Makes HardSigmoid(y) = min(1, max(0, STEEP * y)) a step: 0 at 0, and 1 at any activation that is not lost in
 * rounding.
 */
const STEEP = 1e30;

export const maskOfRelu = (w: OnnxWriter, y: string): string =>
  w.node("HardSigmoid", [y], { alpha: { float: STEEP }, beta: { float: 0 } });

const isZero = (node: Node | undefined): boolean =>
  node?.op === "constant" && node.attributes.data.length === 1 && node.attributes.data[0] === 0;

/** y, where a node is `where(y > 0, g, 0)` of the result y of a ReLU. */
export function reluOf({ inputs: [condition, , zero] }: NodeOf<"where">): Node | undefined {
  const y = condition?.inputs[0];
  return condition?.op === "greater" && y?.op === "relu" && isZero(condition.inputs[1]) && isZero(zero) ? y : undefined;
}
