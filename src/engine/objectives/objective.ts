/**
 * Objectives: what to want of an image, as values that add and scale.
 *
 * An objective is a structure (which program it needs) and values (the numbers that program is given). Weights,
 * channels, targets are values, never constants, so changing them never recompiles: `structure` is the key under which
 * compiled programs are kept.
 *
 * The shape of every module here: parameters -> {@link Objective}. Every objective is a loss to minimise; what is to be
 * maximised says so and is negated.
 */

import type { Node, Shape } from "../graph/node.js";
import { add, crop, input, mul, reshape, scalar } from "../graph/ops.js";
import type { BuiltNetwork } from "../networks/network.js";
import type { Tensor, Tensors } from "../runtimes/runtime.js";

/** What an objective is built over: the image [N, 3, H, W], feature maps [N, C, h, w], and numbers. */
export interface Scope extends BuiltNetwork {
  /** The numbers are those of {@link Objective.values}. */
  readonly value: ValueOf;
}

/** Asks for a tensor whose numbers are given at each run, by name. */
export type ValueOf = (name: string, shape: Shape) => Node;

export interface Objective {
  /** Objectives with equal structures share one compiled program. */
  readonly structure: string;
  /** Builds the loss, a scalar. */
  build(scope: Scope): Node;
  /** The numbers for the inputs that `build` asks for by {@link Scope.value}. */
  readonly values: Tensors;
}

export function number(value: number): Tensor {
  return { data: Float32Array.of(value), shape: [] };
}

export function vector(values: readonly number[]): Tensor {
  return { data: Float32Array.from(values), shape: [values.length] };
}

/**
 * The weighted sum of objectives.
 * @example sum([[style, 1], [content, 0.02], [totalVariation(), 1e-4]])
 */
export function sum(terms: readonly (readonly [Objective, number])[]): Objective {
  const values: Record<string, Tensor> = { weights: vector(terms.map(([, weight]) => weight)) };
  for (const [i, [term]] of terms.entries()) {
    for (const [name, tensor] of Object.entries(term.values)) values[`${i}.${name}`] = tensor;
  }
  return {
    structure: `sum(${terms.map(([term]) => term.structure).join(",")})`,
    values,
    build(scope) {
      const losses = terms.map(([term], i) =>
        term.build({ ...scope, value: (name, shape) => scope.value(`${i}.${name}`, shape) }),
      );
      const weights = scope.value("weights", [terms.length]);
      return losses.map((loss, i) => mul(loss, pick(weights, i, terms.length))).reduce(add, scalar(0));
    },
  };
}

/** Element i of a vector of a known length, as a scalar. */
export function pick(vector: Node, i: number, length: number): Node {
  return reshape(crop(vector, [i], [length - i - 1]), []);
}

/** The scope of an objective over a network. */
export function scopeOf(built: BuiltNetwork): Scope {
  return { ...built, value: valueInputs() };
}

/** Values as a program's inputs, one of each name. */
export function valueInputs(): ValueOf {
  const made = new Map<string, Node>();
  return (name, shape) => {
    const node = made.get(name) ?? input(name, shape);
    made.set(name, node);
    return node;
  };
}
