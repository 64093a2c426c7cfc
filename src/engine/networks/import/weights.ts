/** Finding weights by layer. */
import type { Kernel, Vector } from "./layer-graph.js";

export interface Weight {
  readonly shape: readonly number[];
  /** Float32, row-major; may be the file's own memory. */
  data(): Float32Array;
}

export interface WeightStore {
  /**
   * A layer's weight, for instance ("conv1", "kernel").
   * @param place its place among the layer's weights in Keras's order, for files whose names tell nothing
   */
  find(layer: string, weight: string, place: number): Weight | undefined;
  /** Size of everything as float32. */
  readonly bytes: number;
}

/** Elements of a shape. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** A weight as a kernel of four dimensions, or undefined if it is something else. */
export function asKernel(weight: Weight, layout: Kernel["layout"]): Kernel | undefined {
  const [a, b, c, d, ...rest] = weight.shape;
  if (a === undefined || b === undefined || c === undefined || d === undefined || rest.length > 0) return undefined;
  return { layout, shape: [a, b, c, d], data: () => weight.data() };
}

export function asVector(weight: Weight): Vector {
  return { length: elements(weight.shape), data: () => weight.data() };
}
