/** What a job on a moving picture is asked with, and what follows from its number of frames without the engine. */
import { readExcerpt, sayExcerpt } from "../../../shared/moving.js";
import { integer, text } from "../option.js";

/** Most frames of one job, whatever an installation allows. */
export const MOST_FRAMES = 960;
/** The share of its steps that a frame takes after the first one, whose result it begins with. */
const LATER = 0.5;
/** The most frames that run before the first one, so that the end flows into it; a quarter of a short film. */
const MOST_OPENING = 6;

export const movingOptions = {
  moving: text({
    help: "Of a moving picture: all, still, or the part to work on: half (of its frames), 3s, half 3s",
    more: "The part may be half, third, quarter, sixth or eighth of the frames, and the first seconds.",
    expected: 'all, still, a share of the frames such as half or third, or first seconds such as 3s, as in "half 3s"',
    read: (typed) => {
      const excerpt = readExcerpt(typed);
      return excerpt && sayExcerpt(excerpt);
    },
  }),
  filmFrames: integer({
    help: "Frames of a moving picture to work on, at most; left out, the result is a still",
    notInChat: "The picture has them.",
    notInCli: "The picture has them.",
    minimum: 2,
    maximum: MOST_FRAMES,
  }),
};

/** Frames from the end that run before the first one of a film that loops. */
export function openingOf(frames: number): number {
  return Math.min(MOST_OPENING, Math.floor(frames / 4));
}

/** What a frame after the first one is made with. */
export function laterParams<P extends { readonly steps: number }>(params: P): P {
  return { ...params, steps: Math.max(1, Math.round(LATER * params.steps)) };
}
