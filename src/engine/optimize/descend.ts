/**
 * The loop of gradient steps that every recipe runs: images, a loss, the transforms they are seen through, an
 * optimiser.
 *
 * Every objective is a loss to minimise; one that is to be maximised is negated, so that there is only descent.
 */
import type { Evaluation } from "../evaluate.js";
import type { Raster } from "../images/raster.js";
import type { Transform } from "../transforms/transform.js";
import type { BatchGradient, Optimiser, StepResult, StepTime } from "./optimiser.js";
import { DescentError } from "./steps.js";

/** The loss of images of one size, summed, and its gradient, theirs one after the other. */
export type Loss = (images: readonly Raster[]) => Promise<Evaluation>;

/** What a step sees: the images, each through its own transform, and the loss of what is seen. */
export interface View {
  readonly loss: Loss;
  /** One for each image; none shows the images as they are. */
  readonly transforms: readonly Transform[];
}

export interface Descent {
  readonly images: readonly Raster[];
  readonly steps: number;
  /** Steps that an earlier run has taken; none when left out. */
  readonly taken?: number;
  readonly optimiser: Optimiser;
  /** Called once for each step, counted from 1; it draws the step's random transforms. */
  view(step: number): View;
}

/** The images after a step, and the loss before it (L-BFGS: after it). */
export interface Step extends StepResult {
  readonly step: number;
}

/**
 * Takes the steps; ends early when the optimiser has converged.
 * @throws the signal's reason when aborted; DescentError once a loss or a pixel is not finite
 */
export async function* descend(
  { images: start, steps, taken = 0, optimiser, view }: Descent,
  signal: AbortSignal,
): AsyncGenerator<Step, void, void> {
  let images = start;
  for (let step = taken + 1; step <= steps; step++) {
    const { loss, transforms } = view(step);
    const result = await optimiser.step(
      images,
      (at) => {
        signal.throwIfAborted();
        return gradientThrough(transforms, loss, at);
      },
      { step, steps },
    );
    needFinite(result, { step, steps });
    images = result.images;
    yield { ...result, step };
    if (result.converged) return;
  }
}

/**
 * Both are looked at: onnxruntime's ReLU turns NaN into 0, so a picture of NaN may well have a finite loss.
 * @throws DescentError
 */
function needFinite({ loss, images }: StepResult, { step, steps }: StepTime): void {
  if (Number.isFinite(loss) && images.every(({ data }) => data.every(Number.isFinite))) return;
  if (step === 1) throw new DescentError("descent.no-start");
  throw new DescentError("descent.diverged", { step, steps });
}

async function gradientThrough(
  transforms: readonly Transform[],
  loss: Loss,
  images: readonly Raster[],
): Promise<BatchGradient> {
  const seen = images.map((image, n) => transforms[n]?.forward(image) ?? image);
  const { loss: value, gradient } = await loss(seen);
  const length = gradient.length / images.length;
  const gradients = seen.map(async ({ width, height }, n) => {
    const part = { width, height, data: gradient.subarray(n * length, (n + 1) * length) };
    return (await transforms[n]?.backward(part)) ?? part;
  });
  return { loss: value, gradients: await Promise.all(gradients) };
}
