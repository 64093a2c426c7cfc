/** Octave after octave, the frames of one image's descent: previews, abort, losses and progress in one place. */
import type { Raster, Size } from "../images/raster.js";
import { type Descent, descend } from "../optimize/descend.js";
import type { Step } from "../optimize/steps.js";
import { previewClock } from "./preview-clock.js";
import type { Frame, RecipeContext } from "./recipe.js";
import type { Savable } from "./saved-state.js";

export interface Schedule {
  readonly sizes: readonly Size[];
  /** Octaves that an earlier run has done; none when left out. */
  readonly done?: number;
  /** Steps at an octave, counted from 0. */
  steps(octave: number): number;
  /** Begins an octave. `before` is what this run has made of the one before it. */
  begin(octave: number, size: Size, before: Raster | undefined): Begun | Promise<Begun>;
  /** Makes an image fit to be seen. */
  show?(image: Raster): Raster;
  /** The state that a later run resumes from; asked for with every frame. */
  savable?(image: Raster, where: Place): Savable | undefined;
}

/** The image to begin an octave with, and how to descend. */
interface OctaveDescent extends Omit<Descent, "images" | "steps"> {
  readonly image: Raster;
}

type Begun = AsyncIterable<Step> | OctaveDescent;

async function* inScript(descent: Descent, signal: AbortSignal): AsyncGenerator<Step, void, void> {
  for await (const { images, ...step } of descend(descent, signal))
    yield { ...step, images: async () => images, memory: async () => ({}) };
}

/** Where a frame stands. */
interface Place {
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
  let done = work.slice(0, begun).reduce((sum, pixels) => sum + pixels, 0);
  for (const [index, size] of [...sizes.entries()].slice(begun)) {
    signal.throwIfAborted();
    const steps = stepsOf(index);
    const begun = await begin(index, size, image);
    const taken = "image" in begun ? inScript({ ...begun, images: [begun.image], steps }, signal) : begun;
    let lossStart = Number.NaN;
    for await (const { step, loss, images, converged } of taken) {
      if (step === 1) lossStart = loss;
      const last = step === steps || converged === true;
      if (!last && !clock.due()) continue;
      const [made] = await images();
      if (!made) throw new Error("a step has made no image");
      image = made;
      const savable = savableOf?.(made, { octave: index + 1, step, last });
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
