/**
 * Computes only those places of feature maps that something looks at.
 *
 * A ResNet's stage ends in a block of which the next stage takes every other row and column. That choice commutes with
 * what works on each place by itself (ReLU, addition, 1x1 convolutions), and a convolution of stride 1 before it
 * becomes one of stride 2: three quarters of the block's last two convolutions need not be computed, nor their
 * gradients, which are derived from what is left.
 */
import { at, isMap, type Node, type NodeOf, type Pair, topologicalOrder } from "./node.js";
import { add, conv2d, relu, subsample } from "./ops.js";

/**
 * The same loss with every subsampling as early as it can be. Maps that anything else looks at are left as they are.
 * @param wrt what the loss will be differentiated by: it stays the same node
 */
export function hoistSubsampling(loss: Node, wrt: Node): Node {
  const order = topologicalOrder([loss]);
  const uses = new Map<Node, number>();
  for (const node of order) for (const x of new Set(node.inputs)) uses.set(x, (uses.get(x) ?? 0) + 1);
  const moved = new Map<Node, Node>();
  const now = (node: Node): Node => moved.get(node) ?? node;

  /** Some rows and columns of x, which nothing else may look at if it is to be computed at them alone. */
  const sampled = (x: Node, strides: Pair): Node => {
    if (x === wrt || (uses.get(x) ?? 0) > 1) return subsample(now(x), strides);
    switch (x.op) {
      case "relu":
        return relu(sampled(at(x.inputs, 0), strides));
      case "add":
        if (!x.inputs.every((input) => isMap(input, x))) break;
        return add(sampled(at(x.inputs, 0), strides), sampled(at(x.inputs, 1), strides));
      case "conv2d":
        return strided(x, strides);
    }
    return subsample(now(x), strides);
  };

  const strided = (x: NodeOf<"conv2d">, strides: Pair): Node => {
    const [input, kernel, bias] = [at(x.inputs, 0), at(x.inputs, 1), x.inputs[2]];
    const pointwise = kernel.shape[2] === 1 && kernel.shape[3] === 1 && x.attributes.pads.every((pad) => pad === 0);
    const own = x.attributes.strides;
    if (pointwise && own.every((stride) => stride === 1))
      return conv2d(sampled(input, strides), kernel, bias, x.attributes);
    const together: Pair = [own[0] * strides[0], own[1] * strides[1]];
    return conv2d(now(input), kernel, bias, Object.assign({}, x.attributes, { strides: together }));
  };

  for (const node of order) {
    if (node === wrt) continue;
    if (node.op === "subsample") {
      const hoisted = sampled(at(node.inputs, 0), node.attributes.strides);
      if (hoisted !== node) moved.set(node, hoisted);
    } else if (node.inputs.some((x) => moved.has(x)))
      moved.set(node, Object.assign({}, node, { inputs: node.inputs.map(now) }));
  }
  return now(loss);
}
