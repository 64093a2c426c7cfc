/** Nodes of the steps that have no weights and fold nothing. */
import type { Node, Pads } from "../../graph/node.js";
import * as ops from "../../graph/ops.js";
import { activate } from "./activations.js";
import type { ConvStep, ConvTransposeStep, Step } from "./layer-graph.js";

export const padPlane = (x: Node, p: Pads): Node => ops.pad(x, [0, 0, p[0], p[1]], [0, 0, p[2], p[3]]);

/** (x - mean) / sqrt(variance + epsilon) over axes. */
function standardised(x: Node, axes: readonly number[], epsilon: number): Node {
  const centred = ops.sub(x, ops.reduceMean(x, axes));
  const variance = ops.reduceMean(ops.square(centred), axes);
  return ops.mul(centred, ops.pow(ops.add(variance, ops.scalar(epsilon)), -0.5));
}

function norm(x: Node, step: Extract<Step, { type: "norm" }>): Node {
  if (step.over === "channels") return standardised(x, [1], step.epsilon);
  if (step.groups === 0) return standardised(x, [2, 3], step.epsilon);
  return ops.reshapeLike(standardised(ops.reshape(x, [0, step.groups, -1]), [2], step.epsilon), x);
}

function crop(x: Node, { borders: [top, left, bottom, right], steps }: Extract<Step, { type: "crop" }>): Node {
  const cut = ops.crop(x, [0, 0, top, left], [0, 0, bottom, right]);
  return steps.every((s) => s === 1) ? cut : ops.subsample(cut, steps);
}

type Plain = Exclude<
  Step,
  | ConvStep
  | ConvTransposeStep
  | { readonly type: "input" | "affine" | "pool" | "lrn" | "flat" | "mean" | "channels" | "identity" | "unsupported" }
>;

/** @param inputs of the layer, at least one */
export function plainNode(step: Plain, inputs: readonly Node[]): Node {
  const [x, second] = inputs as readonly [Node, Node?];
  switch (step.type) {
    case "picture":
      return x;
    case "activation":
      return activate(x, step.activation);
    case "zeroPad":
      return padPlane(x, step.pads);
    case "norm":
      return norm(x, step);
    case "crop":
      return crop(x, step);
    case "resample":
      return ops.resample(x, step.sampling, second);
    case "depthToSpace":
      return ops.depthToSpace(x, step.blocks);
    case "concat":
      return ops.concat(inputs, 1);
    case "sum":
      return inputs.reduce((a, b) => ops.add(a, b));
    case "product":
      return inputs.reduce((a, b) => ops.mul(a, b));
    case "difference":
      return inputs.reduce((a, b) => ops.sub(a, b));
    case "quotient":
      return inputs.reduce((a, b) => ops.div(a, b));
  }
}
