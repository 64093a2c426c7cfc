/** What an optimiser is: it moves images of one size against the gradient of their loss. */
import { clampRaster, meanAbsolute, type Raster, rootMeanSquare } from "../images/raster.js";

export interface BatchGradient {
  /** Summed over the images. */
  readonly loss: number;
  /** One for each image, of its size. */
  readonly gradients: readonly Raster[];
}

/** Which step of how many, from 1. */
export interface StepTime {
  readonly step: number;
  readonly steps: number;
}

export interface StepResult {
  readonly images: readonly Raster[];
  readonly loss: number;
  /** There is nothing more to gain. */
  readonly converged?: boolean;
}

export interface Optimiser {
  /** Makes new images; those that are given stay as they are. */
  step(
    images: readonly Raster[],
    gradientAt: (images: readonly Raster[]) => Promise<BatchGradient>,
    time: StepTime,
  ): Promise<StepResult>;
}

/**
 * An optimiser that asks for one gradient a step.
 * @param move moves a copy of an image, in place; `n` is its number in the batch
 */
export function firstOrder(move: (image: Raster, gradient: Raster, time: StepTime, n: number) => void): Optimiser {
  return {
    async step(images, gradientAt, time) {
      const { loss, gradients } = await gradientAt(images);
      const moved = images.map((image) => ({ ...image, data: image.data.slice() }));
      for (const [n, image] of moved.entries()) move(image, gradients[n] ?? image, time, n);
      return { images: moved, loss };
    },
  };
}

/** Steps of mean absolute size `rate`, in grey levels; images stay within 0..255. */
export function meanAbsoluteDescent(rate: number): Optimiser {
  return firstOrder((image, gradient) => {
    subtractScaled(image, gradient, rate / Math.max(meanAbsolute(gradient.data), 1e-7));
    clampRaster(image);
  });
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
export function rmsDescent({ rate, epsilon, clamp, instead }: RmsDescentOptions): Optimiser {
  return firstOrder((image, gradient, _time, n) => {
    const rms = rootMeanSquare(gradient.data);
    if (rms === 0) subtractScaled(image, instead(image, n), rate);
    else subtractScaled(image, gradient, rate / (rms + epsilon));
    if (clamp) clampRaster(image);
  });
}

function subtractScaled({ data }: Raster, direction: Raster, scale: number): void {
  for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) - scale * (direction.data[i] ?? 0);
}
