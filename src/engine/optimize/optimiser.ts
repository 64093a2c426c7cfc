/** What an optimiser is: it moves images of one size against the gradient of their loss. */
import type { Raster } from "../images/raster.js";

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
