/** Octave after octave, the frames of one image's descent: previews, abort, losses and progress in one place. */
import type { Raster, Size } from "../images/raster.js";
import type { Step } from "../optimize/steps.js";
import type { Tensors } from "../runtimes/runtime.js";
import type { Frame, RecipeContext } from "./recipe.js";
import type { Savable } from "./saved-state.js";

export interface Schedule {
  readonly sizes: readonly Size[];
  /** Octaves that an earlier run has done; none when left out. */
  readonly done?: number;
  /** Steps at an octave, counted from 0. */
  steps(octave: number): number;
  /**
   * Begins an octave.
   * @param before what this run has made of the one before it
   * @param memory what the update remembers of that one; empty at first
   */
  begin(
    octave: number,
    size: Size,
    before: Raster | undefined,
    memory: Tensors,
  ): AsyncIterable<Step> | Promise<AsyncIterable<Step>>;
  /** Makes an image fit to be seen. */
  show?(image: Raster): Raster;
  /**
   * The state that a later run resumes from; asked for with every frame.
   * @param memory what the update remembers, at the end of an octave
   */
  savable?(image: Raster, where: FramePosition, memory: Tensors): Savable | undefined;
}

/** Where a frame stands. */
interface FramePosition {
  /** 1-based. */
  readonly octave: number;
  readonly step: number;
  /** Whether its octave ends with it. */
  readonly last: boolean;
}

/** Yields a frame at the end of each octave, and previews when they are due. */
export async function* descendOctaves(
  { sizes, done: begun = 0, steps: stepsOf, begin, show = (image) => image, savable: savableOf }: Schedule,
  { signal }: RecipeContext,
): AsyncGenerator<Frame, void, void> {
  const work = sizes.map(({ width, height }, octave) => width * height * stepsOf(octave));
  const total = work.reduce((sum, pixels) => sum + pixels, 0);
  const clock = previewClock();
  let image: Raster | undefined;
  let memory: Tensors = {};
  let done = work.slice(0, begun).reduce((sum, pixels) => sum + pixels, 0);
  for (const [index, size] of [...sizes.entries()].slice(begun)) {
    signal.throwIfAborted();
    const steps = stepsOf(index);
    let lossStart = Number.NaN;
    for await (const { step, loss, images, memory: read, converged } of await begin(index, size, image, memory)) {
      if (step === 1) lossStart = loss;
      const last = step === steps || converged === true;
      if (!last && !clock.due()) continue;
      const [made] = await images();
      if (!made) throw new Error("a step has made no image");
      image = made;
      memory = last ? await read() : {};
      const savable = savableOf?.(made, { octave: index + 1, step, last }, memory);
      yield {
        kind: last ? "octave" : "preview",
        octave: index + 1,
        octaves: sizes.length,
        step,
        steps,
        progress: (done + size.width * size.height * (last ? steps : step)) / total,
        image: show(made),
        lossStart,
        lossEnd: loss,
        ...(savable && { savable }),
      };
    }
    done += work[index] ?? 0;
  }
}

const PREVIEW_INTERVAL_MS = 1500;

export function previewClock(): { due(): boolean } {
  let last = performance.now();
  return {
    due() {
      const now = performance.now();
      if (now - last < PREVIEW_INTERVAL_MS) return false;
      last = now;
      return true;
    },
  };
}
