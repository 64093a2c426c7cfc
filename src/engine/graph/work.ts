/** How much arithmetic a program is. */
import { Dimensions } from "./dimensions.js";
import { type Node, topologicalOrder } from "./node.js";

/** Multiply-adds of all convolutions that `outputs` reach, for inputs of the given shapes. */
export function convolutionWork(outputs: readonly Node[], sizes: Readonly<Record<string, readonly number[]>>): number {
  const dimensions = new Dimensions(sizes);
  let total = 0;
  for (const node of topologicalOrder(outputs)) {
    const shape = dimensions.of(node);
    if (node.op !== "conv2d") continue;
    const kernel = node.inputs[1]?.shape ?? [];
    const perPlace = kernel.slice(1).reduce<number>((product, d) => product * (d ?? 1), 1);
    total += shape.reduce<number>((product, d) => product * Number(d), perPlace);
  }
  return total;
}
