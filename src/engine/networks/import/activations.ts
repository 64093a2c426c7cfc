/** Activation functions as nodes. */
import type { Node } from "../../graph/node.js";
import * as ops from "../../graph/ops.js";
import type { Activation } from "./layer-graph.js";

/** True if the result is never negative. */
export function isNonNegative(a: Activation): boolean {
  if (a.name === "clip") return a.min >= 0;
  return (
    a.name === "exp" ||
    a.name === "abs" ||
    a.name === "relu" ||
    a.name === "sigmoid" ||
    a.name === "softplus" ||
    a.name === "hardSigmoid"
  );
}

const times = (x: Node, factor: number): Node => ops.mul(x, ops.scalar(factor));
const plus = (x: Node, term: number): Node => ops.add(x, ops.scalar(term));
/** min(x, 0) */
const negativePart = (x: Node): Node => ops.sub(x, ops.relu(x));
const elu = (x: Node, alpha: number): Node => ops.add(ops.relu(x), times(plus(ops.exp(negativePart(x)), -1), alpha));
/** log(1 + e^x) without overflow */
const softplus = (x: Node): Node => ops.add(ops.relu(x), ops.log(plus(ops.exp(times(ops.abs(x), -1)), 1)));
const gelu = (x: Node, approximate: boolean): Node => {
  const cubed = approximate ? ops.add(x, times(ops.pow(x, 3), 0.044715)) : x;
  const share = approximate ? ops.tanh(times(cubed, Math.sqrt(2 / Math.PI))) : ops.erf(times(x, Math.SQRT1_2));
  return times(ops.mul(x, plus(share, 1)), 0.5);
};
const hardSigmoid = (x: Node, alpha: number, beta: number): Node => ops.clip(plus(times(x, alpha), beta), 0, 1);

/** `activation(x)`, elementwise. */
export function activate(x: Node, activation: Activation): Node {
  switch (activation.name) {
    case "relu":
      return ops.relu(x);
    case "sigmoid":
      return ops.sigmoid(x);
    case "tanh":
      return ops.tanh(x);
    case "exp":
      return ops.exp(x);
    case "log":
      return ops.log(x);
    case "abs":
      return ops.abs(x);
    case "erf":
      return ops.erf(x);
    case "power":
      return ops.pow(x, activation.exponent);
    case "softplus":
      return softplus(x);
    case "mish":
      return ops.mul(x, ops.tanh(softplus(x)));
    case "gelu":
      return gelu(x, activation.approximate);
    case "softsign":
      return ops.div(x, plus(ops.abs(x), 1));
    case "swish":
      return ops.mul(x, ops.sigmoid(x));
    case "hardSwish":
      return ops.mul(x, hardSigmoid(x, 1 / 6, 0.5));
    case "hardSigmoid":
      return hardSigmoid(x, activation.alpha, activation.beta);
    case "clip":
      return ops.clip(x, activation.min, activation.max);
    case "leakyRelu":
      return ops.add(ops.relu(x), times(negativePart(x), activation.alpha));
    case "elu":
      return elu(x, activation.alpha);
    case "selu":
      return times(elu(x, activation.alpha), activation.gamma);
    case "prelu": {
      const slope = activation.slope.data();
      return ops.add(ops.relu(x), ops.mul(negativePart(x), ops.constant(slope, [1, slope.length, 1, 1])));
    }
  }
}
