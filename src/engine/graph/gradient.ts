/**
 * Reverse-mode differentiation: one rule per operation, in one table.
 *
 * `gradient(loss, wrt)` returns another tensor program, d loss / d wrt. Only nodes that lie between the two are
 * visited, so weights and targets cost nothing.
 */
import { at, GraphError, type Node, type NodeOf, type Operation, topologicalOrder } from "./node.js";
import * as ops from "./ops.js";
import { hoistSubsampling } from "./subsampling.js";

/** Given the gradient g of an operation's result, the gradient of each of its inputs; undefined where none flows. */
type Rule<K extends Operation> = (self: NodeOf<K>, g: Node, y: Node) => readonly (Node | undefined)[];

const DEAD = () => [];

/** Sums g over the dimensions along which x was broadcast. */
function unbroadcast(g: Node, x: Node): Node {
  const lead = g.shape.length - x.shape.length;
  const axes = g.shape.flatMap((d, i) => (i < lead || (x.shape[i - lead] === 1 && d !== 1) ? [i] : []));
  if (axes.length === 0) return g;
  const summed = ops.reduceSum(g, axes);
  if (lead === 0) return summed;
  return x.shape.length === 0 ? ops.reshape(summed, []) : ops.reshapeLike(summed, x);
}

/** Whether a node is one number, whatever its rank. */
const isNumber = ({ shape }: Node): boolean => shape.every((d) => d === 1);

/**
 * g * x. Where g is one number for all places, as below a sum, that is multiplied first and never spread over them; so
 * is a factor that g already has. A Gram matrix of 1,024 channels is 4 MB, and each pass over it counts.
 */
function times(g: Node, x: Node): Node {
  const [a, b] = g.inputs;
  if (g.op === "expandLike" && a && b && isNumber(a)) {
    if (isNumber(x) && x.shape.length <= a.shape.length) return ops.expandLike(ops.mul(a, x), b);
    if (x.shape.length === g.shape.length && x.shape.every((d, i) => d === g.shape[i])) return ops.mul(a, x);
  }
  if (g.op === "mul" && a && b && isNumber(a) && isNumber(x) && x.shape.length <= g.shape.length)
    return ops.mul(ops.mul(a, x), b);
  return ops.mul(g, x);
}

/** g / x, as {@link times} has it. */
function over(g: Node, x: Node): Node {
  const [a, b] = g.inputs;
  if (!a || !b || !isNumber(a) || !isNumber(x) || x.shape.length > a.shape.length) return ops.div(g, x);
  if (g.op === "expandLike") return ops.expandLike(ops.div(a, x), b);
  return g.op === "mul" ? ops.mul(ops.div(a, x), b) : ops.div(g, x);
}

const RULES: { readonly [K in Operation]: Rule<K> } = {
  input: DEAD,
  constant: DEAD,
  add: (n, g) => n.inputs.map((x) => unbroadcast(g, x)),
  sub: (n, g) => [unbroadcast(g, at(n.inputs, 0)), unbroadcast(ops.mul(g, ops.scalar(-1)), at(n.inputs, 1))],
  mul: (n, g) => {
    const [a, b] = [at(n.inputs, 0), at(n.inputs, 1)];
    if (a === b) return [times(times(g, ops.scalar(2)), a)];
    return [unbroadcast(times(g, b), a), unbroadcast(times(g, a), b)];
  },
  div: (n, g, y) => {
    const [a, b] = [at(n.inputs, 0), at(n.inputs, 1)];
    return [unbroadcast(over(g, b), a), unbroadcast(ops.mul(ops.scalar(-1), ops.mul(g, ops.div(y, b))), b)];
  },
  relu: (_, g, y) => [ops.where(ops.greater(y, ops.scalar(0)), g, ops.scalar(0))],
  clip: (n, g) => {
    const x = at(n.inputs, 0);
    const inside = ops.where(ops.greater(x, ops.scalar(n.attributes.min)), g, ops.scalar(0));
    return [ops.where(ops.greater(ops.scalar(n.attributes.max), x), inside, ops.scalar(0))];
  },
  exp: (_, g, y) => [ops.mul(g, y)],
  log: (n, g) => [ops.div(g, at(n.inputs, 0))],
  abs: (n, g) => [ops.where(ops.greater(at(n.inputs, 0), ops.scalar(0)), g, ops.mul(g, ops.scalar(-1)))],
  erf: (n, g) => {
    const slope = ops.exp(ops.mul(ops.square(at(n.inputs, 0)), ops.scalar(-1)));
    return [ops.mul(g, ops.mul(slope, ops.scalar(2 / Math.sqrt(Math.PI))))];
  },
  sigmoid: (_, g, y) => [ops.mul(g, ops.mul(y, ops.sub(ops.scalar(1), y)))],
  tanh: (_, g, y) => [ops.mul(g, ops.sub(ops.scalar(1), ops.square(y)))],
  pow: (n, g) => {
    const { exponent } = n.attributes;
    return [ops.mul(g, ops.mul(ops.scalar(exponent), ops.pow(at(n.inputs, 0), exponent - 1)))];
  },
  greater: DEAD,
  greaterOrEqual: DEAD,
  equal: DEAD,
  where: (n, g) => {
    const [condition, a, b] = [at(n.inputs, 0), at(n.inputs, 1), at(n.inputs, 2)];
    const zero = ops.scalar(0);
    return [undefined, unbroadcast(ops.where(condition, g, zero), a), unbroadcast(ops.where(condition, zero, g), b)];
  },
  conv2d: (n, g) => [ops.conv2dTranspose(g, at(n.inputs, 1), at(n.inputs, 0), n.attributes)],
  conv2dTranspose: (n, g) => [ops.conv2d(g, at(n.inputs, 1), undefined, n.attributes)],
  maxPool: (n, g, y) => [ops.maxPoolGradient(at(n.inputs, 0), y, g, n.attributes)],
  maxPoolGradient: () => {
    throw new GraphError("maxPoolGradient has no gradient: second derivatives through max pooling are not supported");
  },
  avgPool: (n, g) => [ops.avgPoolGradient(g, at(n.inputs, 0), n.attributes)],
  avgPoolGradient: (n, g) => [ops.avgPool(g, n.attributes)],
  subsample: (n, g) => [ops.subsampleGradient(g, at(n.inputs, 0), n.attributes.strides)],
  subsampleGradient: (n, g) => [ops.subsample(g, n.attributes.strides)],
  roll: (n, g) => [ops.roll(g, ops.mul(at(n.inputs, 1), ops.scalar(-1)))],
  // Symmetric weights: it is its own adjoint.
  blur: (n, g) => [ops.blur(g, at(n.inputs, 1), at(n.inputs, 2))],
  sample: () => {
    throw new GraphError("sample has no gradient; sample the gradient at the inverse places");
  },
  // The second input gives a size, no numbers.
  resample: (n, g) => [ops.resampleGradient(g, at(n.inputs, 0), n.attributes)],
  resampleGradient: (n, g) => [ops.resample(g, n.attributes, at(n.inputs, 0))],
  depthToSpace: (n, g) => [ops.spaceToDepth(g, n.attributes)],
  spaceToDepth: (n, g) => [ops.depthToSpace(g, n.attributes)],
  matmul: (n, g) => {
    const [a, b] = [at(n.inputs, 0), at(n.inputs, 1)];
    const { transposeA, transposeB } = n.attributes;
    const rank = g.shape.length;
    const swap = g.shape.map((_, i) => (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i));
    // A A^T, the Gram matrix: one product with the symmetric part instead of two products.
    if (a === b && !transposeA && transposeB) return [ops.matmul(ops.add(g, ops.transpose(g, swap)), a)];
    const ga = transposeA
      ? ops.matmul(b, g, { transposeA: transposeB, transposeB: true })
      : ops.matmul(g, b, { transposeB: !transposeB });
    const gb = transposeB
      ? ops.matmul(g, a, { transposeA: true, transposeB: transposeA })
      : ops.matmul(a, g, { transposeA: !transposeA });
    return [unbroadcast(ga, a), unbroadcast(gb, b)];
  },
  transpose: (n, g) => {
    const inverse: number[] = [];
    for (const [i, p] of n.attributes.permutation.entries()) inverse[p] = i;
    return [ops.transpose(g, inverse)];
  },
  reshape: (n, g) => [ops.reshapeLike(g, at(n.inputs, 0))],
  reshapeLike: (n, g) => [ops.reshapeLike(g, at(n.inputs, 0))],
  crop: (n, g) => [ops.pad(g, n.attributes.before, n.attributes.after)],
  pad: (n, g) => [ops.crop(g, n.attributes.before, n.attributes.after)],
  concat: (n, g) => {
    const { axis } = n.attributes;
    const sizes = n.inputs.map((x) => {
      const size = x.shape[axis];
      if (typeof size !== "number")
        throw new GraphError("the gradient of concat needs sizes that are known along its axis");
      return size;
    });
    const total = sizes.reduce((a, b) => a + b, 0);
    let start = 0;
    return sizes.map((size) => {
      const along = (n: number) => g.shape.map((_, i) => (i === axis ? n : 0));
      const piece = ops.crop(g, along(start), along(total - start - size));
      start += size;
      return piece;
    });
  },
  reduceSum: (n, g) => [ops.expandLike(g, at(n.inputs, 0))],
  reduceMax: () => {
    throw new GraphError("reduceMax has no gradient; wrap it in stopGradient");
  },
  expandLike: (n, g) => [unbroadcast(g, at(n.inputs, 0))],
  count: DEAD,
  stopGradient: DEAD,
};

/** The closed set of operations. */
export const OPERATIONS = Object.keys(RULES) as readonly Operation[];

function differentiate<K extends Operation>(node: NodeOf<K>, g: Node, y: Node): readonly (Node | undefined)[] {
  return RULES[node.op](node, g, y);
}

/**
 * A loss and d loss / d wrt as one tensor program that computes nothing which neither needs.
 * @param loss a scalar, shape []
 * @throws GraphError as {@link gradient} does
 */
export function lossAndGradient(loss: Node, wrt: Node): { readonly loss: Node; readonly gradient: Node } {
  const least = hoistSubsampling(loss, wrt);
  return { loss: least, gradient: gradient(least, wrt) };
}

/**
 * d loss / d wrt as a tensor program of wrt's shape.
 * @param loss a scalar, shape []
 * @throws GraphError when loss does not depend on wrt, or an operation on the way has no rule
 */
export function gradient(loss: Node, wrt: Node): Node {
  if (loss.shape.length !== 0)
    throw new GraphError(`a loss is one number, shape []; this one has shape ${ops.showShape(loss.shape)}`);
  return gradientOf([{ of: loss, g: ops.scalar(1) }], wrt);
}

/** The vector-Jacobian product: given the gradients g of some nodes, the gradient of wrt. */
export function gradientOf(seeds: readonly { readonly of: Node; readonly g: Node }[], wrt: Node): Node {
  const order = topologicalOrder(seeds.map((s) => s.of));
  const depends = new Set<Node>();
  for (const n of order)
    if (n === wrt || (n.op !== "stopGradient" && n.op !== "count" && n.inputs.some((x) => depends.has(x))))
      depends.add(n);
  const gradients = new Map<Node, Node>();
  const accumulate = (n: Node, g: Node): void => {
    const before = gradients.get(n);
    gradients.set(n, before ? ops.add(before, g) : g);
  };
  for (const { of, g } of seeds) accumulate(of, g);
  for (const n of order.reverse()) {
    const g = gradients.get(n);
    if (!g || n === wrt || !depends.has(n) || !n.inputs.some((x) => depends.has(x))) continue;
    for (const [i, gx] of differentiate(n, g, n).entries()) {
      const x = n.inputs[i];
      if (x && gx && depends.has(x)) accumulate(x, gx);
    }
  }
  const result = gradients.get(wrt);
  if (!result) throw new GraphError("the loss does not depend on what it should be differentiated by");
  return result;
}
