/**
 * Transforms: what an image must survive. Each step shows the network the image through one, and takes the gradient
 * back through it, as nodes of the step's program.
 *
 * The shape of every module here: parameters, random ones already drawn, -> {@link Transform}. As with an objective,
 * what differs from step to step are values, never constants.
 */
import type { Node } from "../graph/node.js";
import { mul, roll, scalar } from "../graph/ops.js";
import { type Random, randomInteger } from "../images/random.js";
import type { Size } from "../images/raster.js";
import { type ValueOf, vector } from "../objectives/objective.js";
import type { Tensors } from "../runtimes/runtime.js";

export interface Transform {
  /** Transforms with equal structures share one compiled program. */
  readonly structure: string;
  /** The numbers that `see` and `back` ask for. */
  readonly values: Tensors;
  /** The images [N, 3, H, W] as the network sees them. */
  see(images: Node, value: ValueOf): Node;
  /** The gradient with respect to what the network sees -> the one with respect to the images, up to a factor. */
  back(gradient: Node, value: ValueOf): Node;
}

/** Values by names that begin with a prefix. */
export function under(prefix: string, values: Tensors): Tensors {
  return Object.fromEntries(Object.entries(values).map(([name, tensor]) => [prefix + name, tensor]));
}

/** Applies transforms one after the other, the first one first. */
export function compose(...transforms: readonly Transform[]): Transform {
  const named = (value: ValueOf, i: number): ValueOf => {
    return (name, shape) => value(`${i}.${name}`, shape);
  };
  return {
    structure: transforms.map(({ structure }) => structure).join(" "),
    values: Object.assign({}, ...transforms.map(({ values }, i) => under(`${i}.`, values))) as Tensors,
    see: (images, value) => transforms.reduce((seen, transform, i) => transform.see(seen, named(value, i)), images),
    back: (gradient, value) =>
      transforms.reduceRight((found, transform, i) => transform.back(found, named(value, i)), gradient),
  };
}

/** Leaves the images alone and changes the gradient on its way back: a preconditioner, such as smoothing. */
export function precondition(structure: string, values: Tensors, back: Transform["back"]): Transform {
  return { structure, values, see: (images) => images, back };
}

/** In pixels, to the right and down. */
export interface Shift {
  readonly dx: number;
  readonly dy: number;
}

export function shift({ dx, dy }: Shift): Transform {
  return {
    structure: "shift",
    values: { offset: vector([dy, dx]) },
    see: (images, value) => roll(images, value("offset", [2])),
    back: (gradient, value) => roll(gradient, mul(value("offset", [2]), scalar(-1))),
  };
}

/** @param jitter the largest shift along each side, in pixels */
export function randomShift(next: Random, jitter: number): Shift {
  const dx = randomInteger(next, -jitter, jitter);
  return { dx, dy: randomInteger(next, -jitter, jitter) };
}

/** A shift to anywhere in an image of a size. */
export function shiftAnywhere(next: Random, { width, height }: Size): Shift {
  const dx = randomInteger(next, 0, width - 1);
  return { dx, dy: randomInteger(next, 0, height - 1) };
}
