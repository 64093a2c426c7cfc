/** Whole gradients against finite differences, in two evaluations each. */
import type { Node } from "../../../src/engine/graph/node.js";
import { distinct } from "./numbers.js";
import { type Arrays, finiteDifference } from "./reference.js";

/** Seeds of the directions along which gradients are compared with finite differences. */
const DIRECTIONS = [71, 72];

/**
 * How far a gradient is from the reference's finite differences along a few random directions, relative to what a
 * gradient of its length makes along such a direction.
 */
export function alongDirections(
  loss: Node,
  numbers: Arrays,
  by: string,
  ours: ArrayLike<number>,
  step?: number,
): number {
  const errors = DIRECTIONS.map((seed) => {
    const direction = distinct(numbers[by]?.shape ?? [], seed).data;
    const product = direction.reduce((sum, d, i) => sum + d * (ours[i] ?? Number.NaN), 0);
    const usual = (Math.hypot(...direction) * Math.hypot(...Array.from(ours))) / Math.sqrt(direction.length);
    const error = Math.abs(product - finiteDifference(loss, numbers, by, direction, step));
    return usual === 0 ? error : error / usual;
  });
  return Math.max(...errors);
}
