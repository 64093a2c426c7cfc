/** How a step moves images against the gradient of their loss, as nodes of the step's program. */
import type { Node } from "../graph/node.js";
import { abs, add, clip, div, equal, mul, reduceMean, scalar, sub, where } from "../graph/ops.js";
import { CHANNELS, clampRaster, emptyRaster, type Raster, type Size } from "../images/raster.js";
import { number, type ValueOf } from "../objectives/objective.js";
import type { Tensors } from "../runtimes/runtime.js";
import { rootMeanSquare } from "./pyramid.js";

/** Which step of how many, from 1. */
export interface StepTime {
  readonly step: number;
  readonly steps: number;
}

interface Moved {
  /** The images after the step, [N, 3, H, W]. */
  readonly images: Node;
  /** How large each image's gradient is, [N, 1, 1, 1]. */
  readonly strength: Node;
  /** What the next step takes, by the names of the memory. */
  readonly memory?: Readonly<Record<string, Node>>;
}

export interface Update {
  /** Updates with equal structures share one compiled program. */
  readonly structure: string;
  /** What it remembers between steps, before the first of them: tensors of rank 4, by name. */
  readonly memory: Tensors;
  /** The numbers of a step. */
  values(time: StepTime): Tensors;
  /** @param memory asks for what it remembers, by name */
  build(images: Node, gradient: Node, value: ValueOf, memory: ValueOf): Moved;
  /** Moves image n of the batch, in place, where its gradient is zero everywhere. */
  instead?(image: Raster, n: number): void;
}

export const within = (images: Node): Node => clip(images, 0, 255);

/** The smallest mean absolute gradient that is followed at full length. */
const FAINTEST = 1e-7;

/** Steps of mean absolute size `rate`, in grey levels; images stay within 0..255. */
export function meanAbsoluteDescent(rate: number): Update {
  return {
    structure: "mean absolute",
    memory: {},
    values: () => ({ rate: number(rate) }),
    build(images, gradient, value) {
      const strength = reduceMean(abs(gradient), [1, 2, 3]);
      const scale = div(value("rate", []), clip(strength, FAINTEST, Number.POSITIVE_INFINITY));
      return { images: within(sub(images, mul(gradient, scale))), strength };
    },
  };
}

/**
 * Steps of mean absolute size `rate`, in grey levels, along the mean of the gradients so far, in which each counts
 * `momentum` times as much as the next one; images stay within 0..255.
 */
export function momentumDescent({ width, height }: Size, rate: number, momentum: number): Update {
  const { data } = emptyRaster(width, height);
  const unit = (direction: Node, size: Node): Node => div(direction, clip(size, FAINTEST, Number.POSITIVE_INFINITY));
  const meanAbsolute = (direction: Node): Node => reduceMean(abs(direction), [1, 2, 3]);
  return {
    structure: "momentum",
    memory: { velocity: { data, shape: [1, CHANNELS, height, width] } },
    values: () => ({ rate: number(rate), kept: number(momentum), new: number(1 - momentum) }),
    build(images, gradient, value, remembered) {
      const strength = meanAbsolute(gradient);
      const before = mul(remembered("velocity", [null, CHANNELS, null, null]), value("kept", []));
      const velocity = add(before, mul(unit(gradient, strength), value("new", [])));
      const step = mul(unit(velocity, meanAbsolute(velocity)), value("rate", []));
      return { images: within(sub(images, step)), strength, memory: { velocity } };
    },
  };
}

interface RmsDescentOptions {
  /** Root mean square of a step, in grey levels. */
  readonly rate: number;
  /** Added to the gradient's root mean square: keeps a gradient of almost nothing from becoming noise. */
  readonly epsilon: number;
  /** Whether images stay within 0..255. */
  readonly clamp: boolean;
  /** The gradient to follow, of root mean square 1 or so, where that of image n is zero everywhere. */
  instead(image: Raster, n: number): Raster;
}

/** Steps of root mean square `rate`. */
export function rmsDescent({ rate, epsilon, clamp, instead }: RmsDescentOptions): Update {
  return {
    structure: `rms${clamp ? " clamped" : ""}`,
    memory: {},
    values: () => ({ rate: number(rate), epsilon: number(epsilon) }),
    build(images, gradient, value) {
      const strength = rootMeanSquare(gradient);
      const scale = div(value("rate", []), add(strength, value("epsilon", [])));
      // Where there is no gradient, `instead` moves the image.
      const step = mul(gradient, where(equal(strength, scalar(0)), scalar(0), scale));
      const moved = sub(images, step);
      return { images: clamp ? within(moved) : moved, strength };
    },
    instead(image, n) {
      const { data } = instead(image, n);
      for (let i = 0; i < data.length; i++) image.data[i] = (image.data[i] ?? 0) - rate * (data[i] ?? 0);
      if (clamp) clampRaster(image);
    },
  };
}
