/** The painter: brings a picture towards a goal, from small to large. Stylize, blend and texture are goals of it. */
import { clampRaster, type Raster, roll } from "../../images/raster.js";
import { resize } from "../../images/resample.js";
import { resizeWrapped } from "../../images/resize-wrapped.js";
import { Lbfgs } from "../../optimize/lbfgs.js";
import { PyramidAdam } from "../../optimize/pyramid-adam.js";
import type { Scale } from "../../optimize/scales.js";
import { previewClock } from "../preview-clock.js";
import type { Frames, RecipeContext } from "../recipe.js";
import type { PreparedGoal } from "./goal.js";

export interface Painting {
  /** The canvas to begin with; it is resized to the first scale. */
  readonly start: Raster;
  readonly scales: readonly Scale[];
  /** Length of its steps against the usual: networks differ in how far they may go before the photo is lost. */
  readonly rate: number;
  /** Whether the canvas goes on at its opposite side. */
  readonly wraps?: boolean;
  /** Steps at a scale, 0 being the first. */
  steps(scale: number): number;
  /** What the canvas, shifted, should come near to at a scale. */
  goal(scale: Scale, shift: Shift): Promise<PreparedGoal>;
  /** The shifts that the steps of a scale take in turn; none when left out. */
  shifts?(scale: Scale): readonly Shift[];
  /** Last touches before a picture is shown. */
  finish?(image: Raster): Raster;
}

/** Pixels by which the canvas is rolled while a step looks at it. */
export interface Shift {
  readonly dx: number;
  readonly dy: number;
}

const UNSHIFTED: Shift = { dx: 0, dy: 0 };

/**
 * Adam's steps on 0..255 pictures at their own size, a half and a quarter of it, before a network's own `rate`: 0.02 of the range, as in
 * style-transfer-pytorch. Less for the finest level, which otherwise is grain.
 */
const RATES = [0.6, 1, 1].map((share) => share * 0.02 * 255);
/** On the canvas alone, for what has no borders: a pyramid's coarse levels end at them. */
const WRAPPED_RATES = [0.02 * 255];
/** Departure: a short memory of gradients' sizes (0.99 there), since there are tens of steps and not hundreds. */
const BETAS = { beta1: 0.9, beta2: 0.9 } as const;
/** Steps shrink to this share over a scale, along a cosine: long ones lay out, short ones finish. */
const LAST_STEP = 0.05;
/** Our losses are relative errors, so a pixel's gradient may be as small as 1e-9: Adam's usual 1e-8 would swallow it. */
const EPSILON = 1e-14;
/**
 * Paints with Adam on a pyramid of the canvas; its moments are resized from scale to scale.
 *
 * Source: style-transfer-pytorch (Katherine Crowson, 2020).
 */
export async function* paint(painting: Painting, { signal }: RecipeContext): Frames {
  const { scales, finish = (image) => image } = painting;
  const total = scales.reduce((sum, { width, height }, i) => sum + width * height * painting.steps(i), 0);
  const clock = previewClock();
  let canvas = painting.start;
  let adam: PyramidAdam | undefined;
  let done = 0;
  for (const [index, scale] of scales.entries()) {
    signal.throwIfAborted();
    const { width, height } = scale;
    const steps = painting.steps(index);
    canvas = (painting.wraps ? resizeWrapped : resize)(canvas, width, height);
    const goals: { readonly shift: Shift; readonly goal: PreparedGoal }[] = [];
    for (const shift of painting.shifts?.(scale) ?? [UNSHIFTED]) goals.push({ shift, goal: await painting.goal(scale, shift) });
    adam = new PyramidAdam(width, height, { rates: painting.wraps ? WRAPPED_RATES : RATES, ...BETAS, epsilon: EPSILON }, adam);
    let [lossStart, lossEnd] = [Number.NaN, Number.NaN];
    for (let step = 1; step <= steps; step++) {
      signal.throwIfAborted();
      const turn = goals[step % goals.length];
      if (!turn) throw new Error("a painting needs at least one shift");
      const { shift, goal } = turn;
      const evaluation = await goal.evaluate(roll(canvas, shift.dx, shift.dy));
      const { loss } = evaluation;
      const gradient = roll({ width, height, data: evaluation.gradient }, -shift.dx, -shift.dy);
      if (step === 1) lossStart = loss;
      lossEnd = loss;
      adam.step(canvas, gradient, painting.rate * cooled((step - 1) / steps));
      clampRaster(canvas);
      done += width * height;
      const last = step === steps;
      if (!last && !clock.due()) continue;
      const image = finish({ width, height, data: canvas.data.slice() });
      const frame = { octave: index + 1, octaves: scales.length, step, steps, progress: done / total, image, lossStart, lossEnd };
      yield { kind: last ? "octave" : "preview", ...frame };
    }
  }
}

/** What is left of a step's length at a time of a scale, 0 being its beginning and 1 its end. */
function cooled(time: number): number {
  return LAST_STEP + (1 - LAST_STEP) * 0.5 * (1 + Math.cos(Math.PI * time));
}

/** Paints at full size with L-BFGS, as the book does: slower, and without growing. */
export async function* paintWithLbfgs(painting: Painting, { signal }: RecipeContext): Frames {
  const { finish = (image) => image } = painting;
  const scale = painting.scales.at(-1);
  if (!scale) return;
  const steps = painting.steps(0);
  const { width, height } = scale;
  const canvas = resize(painting.start, width, height);
  const goal = await painting.goal(scale, UNSHIFTED);
  const lbfgs = new Lbfgs<Float32Array>({ history: 10 });
  const oracle = async (data: Float32Array) => {
    signal.throwIfAborted();
    return goal.evaluate({ width, height, data });
  };
  const clock = previewClock();
  const shown = (): Raster => {
    const image = finish({ width, height, data: canvas.data.slice() });
    clampRaster(image);
    return image;
  };
  let lossStart = Number.NaN;
  for (let step = 1; step <= steps; step++) {
    const { loss, converged } = await lbfgs.minimise(canvas.data, oracle, { iterations: 1 });
    if (step === 1) lossStart = loss;
    const last = step === steps || converged;
    if (last || clock.due()) {
      const frame = { octave: 1, octaves: 1, step, steps, progress: last ? 1 : step / steps, image: shown(), lossStart, lossEnd: loss };
      yield { kind: last ? "octave" : "preview", ...frame };
    }
    if (converged) return;
  }
}
