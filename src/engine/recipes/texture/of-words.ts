/** Textures of words alone: a surface full of what a network calls by them, grown from clouds. */
import type { EngineContext } from "../../evaluate.js";
import type { SeededRandom } from "../../images/random.js";
import { CHANNELS, type Raster, type Size } from "../../images/raster.js";
import { resizeWrapped } from "../../images/resize-wrapped.js";
import { equalise, towardsNaturalColours } from "../../optimize/pyramid.js";
import { type Loss, takeSteps } from "../../optimize/steps.js";
import { momentumDescent } from "../../optimize/update.js";
import { compose, shift, shiftAnywhere, spread } from "../../transforms/see.js";
import { descendOctaves } from "../descend-octaves.js";
import { ofOctave } from "../dream/into-schedule.js";
import { clouds } from "../noise.js";
import type { Frames, RecipeContext } from "../recipe.js";
import { floatsOf, type SavedState } from "../saved-state.js";

/** Change of each scale, in grey levels. */
const CHANGE = [60, 24];
/** Standard deviation of the clouds that it begins with, in grey levels. */
const FAINT = 12;
const MOMENTUM = 0.85;
/** Strength of a band of the gradient's frequencies against the next finer one. */
const SLOPE = 1.15;
const LEVELS = 4;
/** See {@link spread}, in pixels. */
const SPREAD = 16;
/** How far the gradient is turned towards the colours of photos. */
const COLOURS = 0.25;

interface WordTexture {
  readonly engine: EngineContext;
  readonly sizes: readonly Size[];
  readonly random: SeededRandom;
  steps(scale: number): number;
  loss(size: Size): Loss;
  finish(image: Raster): Raster;
}

/**
 * Each step looks at the canvas rolled to anywhere, and what is strong already is held back: there is no middle, and
 * what is on one side continues on the other.
 */
export function textureOfWords(texture: WordTexture, context: RecipeContext): Frames {
  const { engine, sizes, random: next, steps, finish: show } = texture;
  const saved = context.resume && savedCanvas(context.resume, sizes);
  const start = saved?.canvas ?? clouds(sizes[0]?.width ?? 0, sizes[0]?.height ?? 0, next, FAINT, resizeWrapped);
  if (saved) next.state = saved.random;
  return descendOctaves(
    {
      sizes,
      done: saved?.octave ?? 0,
      steps,
      begin(scale, size, before = start) {
        const loss = texture.loss(size);
        const conditioned = compose(
          spread(SPREAD, size),
          towardsNaturalColours(COLOURS),
          equalise(size, LEVELS, SLOPE),
        );
        const images = [resizeWrapped(before, size.width, size.height)];
        const update = momentumDescent(size, ofOctave(CHANGE, scale) / steps(scale), MOMENTUM);
        const view = () => ({ loss, transform: compose(conditioned, shift(shiftAnywhere(next, size))) });
        return takeSteps({ engine, images, steps: steps(scale), update, view }, context.signal);
      },
      show,
      savable: ({ data }, { octave, last }) =>
        last
          ? {
              bytes: data.byteLength,
              save: () => ({ octave, numbers: { random: next.state }, arrays: { canvas: data } }),
            }
          : undefined,
    },
    context,
  );
}

function savedCanvas(
  state: SavedState,
  sizes: readonly Size[],
): { octave: number; canvas: Raster; random: number } | undefined {
  const size = state.octave < sizes.length ? sizes[state.octave - 1] : undefined;
  const data = size && floatsOf(state, "canvas", CHANNELS * size.width * size.height);
  const { random } = state.numbers;
  return data && random !== undefined ? { octave: state.octave, canvas: { ...size, data }, random } : undefined;
}
