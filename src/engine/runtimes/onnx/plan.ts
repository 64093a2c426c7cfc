/** Which convolutions are worth computing by Winograd's algorithm. */
import { type ConvAttributes, type Node, type PoolAttributes, topologicalOrder } from "../../graph/node.js";

/**
 * From how many channels on, in and out. With 64 the transforms cost what the multiplications save; with 128 a layer
 * takes 0.6 of its time, with 256 and 512 less than half (docs/benchmarks.md).
 */
export const MANY_CHANNELS = 128;

const one = (values: readonly number[]): boolean => values.every((v) => v === 1);

/** Whether a convolution has the one geometry that the algorithm is written for. */
export function isSame3x3({ strides, pads, dilations, groups }: ConvAttributes, kernel: Node): boolean {
  return one(strides) && one(pads) && one(dilations) && groups === 1 && kernel.shape[2] === 3 && kernel.shape[3] === 3;
}

/** Whether pooling halves a map and leaves nothing out but a last odd row and column. */
export function halves({ kernel, strides, pads }: PoolAttributes): boolean {
  return [...kernel, ...strides].every((v) => v === 2) && pads.every((p) => p === 0);
}

/** The convolution that a map comes from, through what keeps it in planes. */
function source(node: Node | undefined): Node | undefined {
  let x = node;
  while (x && (x.op === "relu" || (x.op === "avgPool" && halves(x.attributes)))) x = x.inputs[0];
  return x?.op === "conv2d" ? x : undefined;
}

/**
 * The kernels of the convolutions to compute so: those with many channels that follow one another. A single one between
 * others would lose in rearranging pixels what it gains.
 */
export function winogradKernels(outputs: readonly Node[], channels = MANY_CHANNELS): ReadonlySet<Node> {
  const fits = (node: Node | undefined): boolean => {
    const kernel = node?.inputs[1];
    if (node?.op !== "conv2d" || kernel?.op !== "constant" || !isSame3x3(node.attributes, kernel)) return false;
    return Number(kernel.shape[0]) >= channels && Number(kernel.shape[1]) >= channels;
  };
  const chosen = new Set<Node>();
  for (const node of topologicalOrder(outputs)) {
    const before = source(node.inputs[0]);
    if (!fits(node) || !fits(before)) continue;
    for (const { inputs } of [node, before as Node]) if (inputs[1]) chosen.add(inputs[1]);
  }
  return chosen;
}
