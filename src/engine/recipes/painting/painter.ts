/** The painter: brings a picture towards a goal, from small to large. Stylize, blend and texture are goals of it. */
import type { SeededRandom } from "../../images/random.js";
import { CHANNELS, clampRaster, type Raster, roll } from "../../images/raster.js";
import { resize } from "../../images/resample.js";
import { resizeWrapped } from "../../images/resize-wrapped.js";
import { Lbfgs, type LbfgsMemory } from "../../optimize/lbfgs.js";
import { type LevelMoments, PyramidAdam } from "../../optimize/pyramid-adam.js";
import type { Scale } from "../../optimize/scales.js";
import { previewClock } from "../preview-clock.js";
import type { Frames, RecipeContext } from "../recipe.js";
import { floatsOf, type Savable, type SavedState, sizeOf } from "../saved-state.js";
import type { PreparedObjective } from "./objective.js";

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
  objective(scale: Scale, shift: Shift): Promise<PreparedObjective>;
  /** The shifts that the steps of a scale take in turn; none when left out. */
  shifts?(scale: Scale): readonly Shift[];
  /** What `shifts` draws from: its place belongs to what a later run goes on from. */
  readonly random: SeededRandom;
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
export async function* paint(painting: Painting, { signal, resume }: RecipeContext): Frames {
  const { scales, finish = (image) => image } = painting;
  const total = scales.reduce((sum, { width, height }, i) => sum + width * height * painting.steps(i), 0);
  const clock = previewClock();
  const saved = resume && savedPainting(resume, scales);
  let canvas = saved?.canvas ?? painting.start;
  let moments: readonly LevelMoments[] | undefined = saved?.moments;
  if (saved) painting.random.state = saved.random;
  let done = 0;
  for (const [index, scale] of scales.entries()) {
    signal.throwIfAborted();
    const { width, height } = scale;
    const steps = painting.steps(index);
    if (saved && index < saved.octave) {
      done += width * height * steps;
      continue;
    }
    canvas = (painting.wraps ? resizeWrapped : resize)(canvas, width, height);
    const goals: { readonly shift: Shift; readonly goal: PreparedObjective }[] = [];
    for (const shift of painting.shifts?.(scale) ?? [UNSHIFTED])
      goals.push({ shift, goal: await painting.objective(scale, shift) });
    const rates = painting.wraps ? WRAPPED_RATES : RATES;
    const adam = new PyramidAdam(width, height, { rates, ...BETAS, epsilon: EPSILON }, moments);
    let [lossStart, lossEnd] = [Number.NaN, Number.NaN];
    for (let step = 1; step <= steps; step++) {
      signal.throwIfAborted();
      const turn = goals[step % goals.length];
      if (!turn) throw new Error("a painting needs at least one shift");
      const { shift, goal: objective } = turn;
      const evaluation = await objective.evaluate(roll(canvas, shift.dx, shift.dy));
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
      const frame = {
        octave: index + 1,
        octaves: scales.length,
        step,
        steps,
        progress: done / total,
        image,
        lossStart,
        lossEnd,
      };
      if (!last) {
        yield { kind: "preview", ...frame };
        continue;
      }
      moments = adam.moments;
      const arrays = { canvas: canvas.data, ...arraysOf(adam.moments) };
      const numbers = { random: painting.random.state, steps: adam.moments[0]?.moments.steps ?? 0 };
      yield {
        kind: "octave",
        ...frame,
        savable: { bytes: sizeOf(arrays), save: () => ({ octave: index + 1, numbers, arrays }) },
      };
    }
  }
}

function arraysOf(levels: readonly LevelMoments[]): SavedState["arrays"] {
  return Object.fromEntries(
    levels.flatMap(({ moments }, i) => [
      [`first${i}`, moments.first],
      [`second${i}`, moments.second],
    ]),
  );
}

/** A painting after one of its scales, the last one excepted. */
function savedPainting(
  state: SavedState,
  scales: readonly Scale[],
): { octave: number; canvas: Raster; moments: LevelMoments[]; random: number } | undefined {
  const scale = state.octave < scales.length ? scales[state.octave - 1] : undefined;
  const { random, steps } = state.numbers;
  const data = scale && floatsOf(state, "canvas", CHANNELS * scale.width * scale.height);
  if (!data || random === undefined || steps === undefined) return undefined;
  const levels: LevelMoments[] = [];
  // As many levels as there are, each half as large as the one before.
  for (let [i, width, height] = [0, scale.width, scale.height]; `first${i}` in state.arrays; i++) {
    const length = CHANNELS * width * height;
    const [first, second] = [floatsOf(state, `first${i}`, length), floatsOf(state, `second${i}`, length)];
    if (!first || !second) return undefined;
    levels.push({ width, height, moments: { first, second, steps } });
    [width, height] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  }
  return { octave: state.octave, canvas: { ...scale, data }, moments: levels, random };
}

/** What is left of a step's length at a time of a scale, 0 being its beginning and 1 its end. */
function cooled(time: number): number {
  return LAST_STEP + (1 - LAST_STEP) * 0.5 * (1 + Math.cos(Math.PI * time));
}

/** Paints at full size with L-BFGS, as the book does: slower, and without growing. */
export async function* paintWithLbfgs(painting: Painting, { signal, resume }: RecipeContext): Frames {
  const { finish = (image) => image } = painting;
  const scale = painting.scales.at(-1);
  if (!scale) return;
  const steps = painting.steps(0);
  const { width, height } = scale;
  const canvas = resize(painting.start, width, height);
  const objective = await painting.objective(scale, UNSHIFTED);
  const saved = resume && savedSteps(resume, canvas.data.length);
  if (saved) canvas.data.set(saved.canvas);
  const lbfgs = new Lbfgs<Float32Array>({ history: 10 }, saved?.memory);
  const oracle = async (data: Float32Array) => {
    signal.throwIfAborted();
    return objective.evaluate({ width, height, data });
  };
  const clock = previewClock();
  const shown = (): Raster => {
    const image = finish({ width, height, data: canvas.data.slice() });
    clampRaster(image);
    return image;
  };
  let lossStart = Number.NaN;
  for (let step = (saved?.octave ?? 0) + 1; step <= steps; step++) {
    const { loss, converged } = await lbfgs.minimise(canvas.data, oracle, { iterations: 1 });
    if (step === 1) lossStart = loss;
    const last = step === steps || converged;
    if (last || clock.due()) {
      const frame = {
        octave: 1,
        octaves: 1,
        step,
        steps,
        progress: last ? 1 : step / steps,
        image: shown(),
        lossStart,
        lossEnd: loss,
      };
      if (last) yield { kind: "octave", ...frame };
      // There is one octave only: what a later run can go on from is saved between its steps.
      else yield { kind: "preview", ...frame, savable: stepsSavable(step, canvas.data, lbfgs.memory) };
    }
    if (converged) return;
  }
}

function stepsSavable(step: number, canvas: Float32Array, { pairs, last }: LbfgsMemory<Float32Array>): Savable {
  const changes = pairs.flatMap(({ s, y }, i) => [[`s${i}`, s] as const, [`y${i}`, y] as const]);
  const arrays = { canvas, ...(last && { gradient: last.gradient }), ...Object.fromEntries(changes) };
  const rhos = Object.fromEntries(pairs.map(({ rho }, i) => [`rho${i}`, rho]));
  const numbers = { ...rhos, pairs: pairs.length, loss: last?.loss ?? Number.NaN };
  return { bytes: sizeOf(arrays), save: () => ({ octave: step, numbers, arrays }) };
}

function savedSteps(
  state: SavedState,
  length: number,
): { octave: number; canvas: Float32Array; memory: LbfgsMemory<Float32Array> } | undefined {
  const { loss, pairs: count = 0 } = state.numbers;
  const [canvas, gradient] = [floatsOf(state, "canvas", length), floatsOf(state, "gradient", length)];
  if (!canvas || !gradient || typeof loss !== "number") return undefined;
  const pairs: LbfgsMemory<Float32Array>["pairs"][number][] = [];
  for (let i = 0; i < count; i++) {
    const [s, y, rho] = [floatsOf(state, `s${i}`, length), floatsOf(state, `y${i}`, length), state.numbers[`rho${i}`]];
    if (!s || !y || rho === undefined) return undefined;
    pairs.push({ s, y, rho });
  }
  return { octave: state.octave, canvas, memory: { pairs, last: { loss, gradient } } };
}
