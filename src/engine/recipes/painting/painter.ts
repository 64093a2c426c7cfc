/**
 * The painter: brings an image towards an objective, from small to large. Stylize, blend and texture differ in their
 * objectives.
 */
import { type EngineContext, evaluate } from "../../evaluate.js";
import { mixed } from "../../images/masks.js";
import type { Matrix3 } from "../../images/palette.js";
import type { SeededRandom } from "../../images/random.js";
import { addRasters, CHANNELS, clampRaster, type Raster, type Size, subtractRasters } from "../../images/raster.js";
import { resize } from "../../images/resample.js";
import { resizeWrapped } from "../../images/resize-wrapped.js";
import { Lbfgs, type LbfgsMemory, lbfgsSteps } from "../../optimize/lbfgs.js";
import { type AdamMemory, levelsOf, pyramidAdam } from "../../optimize/pyramid-adam.js";
import { type Loss, takeSteps, type View } from "../../optimize/steps.js";
import type { StepTime } from "../../optimize/update.js";
import type { Tensor, Tensors } from "../../runtimes/runtime.js";
import { compose, masked, type Shift, shift } from "../../transforms/see.js";
import { descendOctaves } from "../descend-octaves.js";
import type { Frames, RecipeContext } from "../recipe.js";
import { floatsOf, type Savable, type SavedState, sizeOf } from "../saved-state.js";
import type { MaskAt } from "../where/find-mask.js";

export interface Painting {
  readonly engine: EngineContext;
  /** The canvas to begin with; it is resized to the first scale. */
  readonly start: Raster;
  /** A smaller painting that is done, which the first scale goes on from. */
  readonly finished?: Raster | undefined;
  readonly scales: readonly Size[];
  /** Length of its steps against the usual: networks differ in how far they may go before the photo is lost. */
  readonly rate?: number;
  /** The colours that steps are taken along: see {@link pyramidAdam}. */
  readonly basis?: Matrix3;
  /**
   * Share of the start's own detail that a larger scale brings with it: with none, what a smaller one made is all there
   * is.
   */
  readonly detail?: number;
  /** Whether the canvas continues at its opposite side. */
  readonly wraps?: boolean;
  /** Steps at a scale, 0 being the first. */
  steps(scale: number): number;
  /** The loss of the canvas at a scale, seen through a shift. */
  loss(scale: Size, shift: Shift): Promise<Loss>;
  /** The shifts that the steps of a scale take in turn; none when left out. */
  shifts?(scale: Size): readonly Shift[];
  /** What `shifts` draws from: its place belongs to what a later run goes on from. */
  readonly random: SeededRandom;
  /** Where it paints; everywhere when left out. The rest of the canvas is the photo. */
  readonly within?: { readonly maskAt: MaskAt; readonly photo: Raster };
  /** Last touches before an image is shown. */
  finish?(image: Raster): Raster;
}

const UNSHIFTED: Shift = { dx: 0, dy: 0 };

/** Adam's step on 0..255 images, before a network's own `rate`: 0.02 of the range, as in style-transfer-pytorch. */
const RATE = 0.02 * 255;
/** For images at their own size, a half and a quarter of it. */
const RATES = [RATE, RATE, RATE];
/** On the canvas alone, for what has no borders: a pyramid's coarse levels end at them. */
const WRAPPED_RATES = [RATE];
/** Share of its finest lines along the axes that a step leaves out: VGG's gradients are full of them. */
const UNWOVEN = 0.8;
/** Departure: a short memory of gradients and their sizes (0.9, 0.99 there): there are tens of steps, not hundreds. */
const BETAS = { beta1: 0.6, beta2: 0.9 } as const;
/** Steps shrink to this share over a scale: long ones lay out, short ones finish. */
const LAST_STEP = 0.05;
/**
 * Our losses are relative errors, so a pixel's gradient may be as small as 1e-9: Adam's usual 1e-8 would swallow it.
 */
const EPSILON = 1e-14;

/**
 * Paints with Adam on a pyramid of the canvas; its moments are resized from scale to scale.
 *
 * Source: style-transfer-pytorch (Katherine Crowson, 2020).
 */
export function paint(painting: Painting, context: RecipeContext): Frames {
  const { engine, scales, random, finish, rate = 1, basis, wraps = false } = painting;
  const saved = context.resume && savedPainting(context.resume, scales);
  if (saved) random.state = saved.random;
  let adam = saved?.adam;
  const after = (scale: number, moments: Tensors): AdamMemory => {
    const size = scales[scale] ?? { width: 0, height: 0 };
    return { size, steps: (adam?.steps ?? 0) + painting.steps(scale), moments };
  };
  return descendOctaves(
    {
      sizes: scales,
      done: saved?.octave ?? 0,
      steps: (scale) => painting.steps(scale),
      async begin(index, scale, before, memory) {
        if (before) adam = after(index - 1, memory);
        const images = [canvasAt(painting, scale, before ?? saved?.canvas ?? painting.finished)];
        const views = await viewsAt(painting, scale);
        const border = wraps ? "wrap" : "mirror";
        const rates = wraps ? WRAPPED_RATES : RATES;
        const factor = ({ step, steps }: StepTime) => rate * cooled((step - 1) / steps);
        const options = { rates, basis, unwoven: UNWOVEN, border, ...BETAS, epsilon: EPSILON, factor } as const;
        const update = pyramidAdam(scale, options, adam);
        const view = (step: number) => inTurn(views, step);
        return takeSteps({ engine, images, steps: painting.steps(index), update, view }, context.signal);
      },
      ...(finish && { show: finish }),
      savable: (canvas, { octave, last }, memory) =>
        last ? scaleSavable(octave, canvas, after(octave - 1, memory), random.state) : undefined,
    },
    context,
  );
}

/** The canvas to begin a scale with: the one before it and the detail that the start has beyond that one's size. */
function canvasAt(painting: Painting, size: Size, before: Raster | undefined): Raster {
  const { within } = painting;
  const canvas = grownCanvas(painting, size, before);
  return within ? mixed(resize(within.photo, size.width, size.height), canvas, within.maskAt(size)) : canvas;
}

function grownCanvas(
  { start, detail = 0, wraps }: Painting,
  { width, height }: Size,
  before: Raster | undefined,
): Raster {
  const sized = wraps ? resizeWrapped : resize;
  const canvas = sized(before ?? start, width, height);
  if (!before || detail === 0) return canvas;
  const finer = subtractRasters(
    sized(start, width, height),
    sized(sized(start, before.width, before.height), width, height),
  );
  return addRasters(canvas, { ...finer, data: finer.data.map((v) => detail * v) });
}

async function viewsAt(painting: Painting, scale: Size): Promise<View[]> {
  const views: View[] = [];
  const mask = painting.within?.maskAt(scale);
  for (const by of painting.shifts?.(scale) ?? [UNSHIFTED]) {
    const transform = mask ? compose(masked(mask), shift(by)) : shift(by);
    views.push({ loss: await painting.loss(scale, by), transform });
  }
  return views;
}

function inTurn(views: readonly View[], step: number): View {
  const view = views[step % views.length];
  if (!view) throw new Error("a painting needs at least one shift");
  return view;
}

function scaleSavable(octave: number, canvas: Raster, { steps, moments }: AdamMemory, random: number): Savable {
  const arrays: Record<string, Float32Array> = { canvas: canvas.data };
  for (const [name, { data }] of Object.entries(moments)) arrays[name] = data;
  return { bytes: sizeOf(arrays), save: () => ({ octave, numbers: { random, steps }, arrays }) };
}

/** A painting after one of its scales, the last one excepted. */
function savedPainting(
  state: SavedState,
  scales: readonly Size[],
): { octave: number; canvas: Raster; adam: AdamMemory; random: number } | undefined {
  const size = state.octave < scales.length ? scales[state.octave - 1] : undefined;
  const { random, steps } = state.numbers;
  const data = size && floatsOf(state, "canvas", CHANNELS * size.width * size.height);
  if (!data || random === undefined || steps === undefined) return undefined;
  const moments: Record<string, Tensor> = {};
  const names = Object.keys(state.arrays).filter((name) => name.startsWith("first"));
  for (const [l, { width, height }] of levelsOf(size, names.length).entries())
    for (const name of [`first${l}`, `second${l}`]) {
      const found = floatsOf(state, name, CHANNELS * width * height);
      if (!found) return undefined;
      moments[name] = { data: found, shape: [1, CHANNELS, height, width] };
    }
  return { octave: state.octave, canvas: { ...size, data }, adam: { size, steps, moments }, random };
}

/** What is left of a step's length at a time of a scale, 0 being its beginning and 1 its end. */
function cooled(time: number): number {
  return LAST_STEP + (1 - LAST_STEP) * (1 - time);
}

/** Paints at full size with L-BFGS, as the book does: slower, and without growing. */
export function paintWithLbfgs(painting: Painting, context: RecipeContext): Frames {
  const { finish = ({ width, height, data }) => ({ width, height, data: data.slice() }) } = painting;
  const { programs, network } = painting.engine;
  const sizes = painting.scales.slice(-1);
  let lbfgs: Lbfgs<Float32Array> | undefined;
  return descendOctaves(
    {
      sizes,
      steps: () => painting.steps(0),
      async begin(_octave, size) {
        const canvas = resize(painting.start, size.width, size.height);
        const loss = await painting.loss(size, UNSHIFTED);
        const saved = context.resume && savedSteps(context.resume, canvas.data.length);
        lbfgs = new Lbfgs({ history: 10 }, saved?.memory);
        const descent = {
          image: saved ? { ...canvas, data: saved.canvas } : canvas,
          steps: painting.steps(0),
          taken: saved?.step ?? 0,
          loss: (at: Raster) =>
            typeof loss === "function" ? loss(at) : evaluate(programs, network, loss.objective, at, loss.options),
        };
        return lbfgsSteps(lbfgs, descent, context.signal);
      },
      show(canvas) {
        const image = finish(canvas);
        clampRaster(image);
        return image;
      },
      // There is one octave only: a later run goes on from between its steps.
      savable: (canvas, { step, last }) => (last || !lbfgs ? undefined : stepsSavable(step, canvas.data, lbfgs.memory)),
    },
    context,
  );
}

function stepsSavable(step: number, canvas: Float32Array, { pairs, last }: LbfgsMemory<Float32Array>): Savable {
  const changes = pairs.flatMap(({ s, y }, i) => [[`s${i}`, s] as const, [`y${i}`, y] as const]);
  const arrays: SavedState["arrays"] = {
    canvas,
    ...(last && { gradient: last.gradient }),
    ...Object.fromEntries(changes),
  };
  const rhos = Object.fromEntries(pairs.map(({ rho }, i) => [`rho${i}`, rho]));
  const numbers = { ...rhos, pairs: pairs.length, loss: last?.loss ?? Number.NaN };
  return { bytes: sizeOf(arrays), save: () => ({ octave: step, numbers, arrays }) };
}

function savedSteps(
  state: SavedState,
  length: number,
): { step: number; canvas: Float32Array; memory: LbfgsMemory<Float32Array> } | undefined {
  const { loss, pairs: count = 0 } = state.numbers;
  const [canvas, gradient] = [floatsOf(state, "canvas", length), floatsOf(state, "gradient", length)];
  if (!canvas || !gradient || typeof loss !== "number") return undefined;
  const pairs: LbfgsMemory<Float32Array>["pairs"][number][] = [];
  for (let i = 0; i < count; i++) {
    const [s, y, rho] = [floatsOf(state, `s${i}`, length), floatsOf(state, `y${i}`, length), state.numbers[`rho${i}`]];
    if (!s || !y || rho === undefined) return undefined;
    pairs.push({ s, y, rho });
  }
  return { step: state.octave, canvas, memory: { pairs, last: { loss, gradient } } };
}
