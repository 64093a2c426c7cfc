/** What a job whose result is the way to its image is asked with. */
import { formatOption, maxBytesOption } from "./common-options.js";
import { flag } from "./option.js";

export const morphOptions = {
  morph: flag({ help: "A short film of the way there and back, instead of the picture" }),
  format: { ...formatOption, help: "The morph's format", notInChat: "A morph is short: WebP shows it whole." },
  maxBytes: maxBytesOption(50_000),
};

/** Whether a job makes a morph. */
export function isMorph({ morph }: { readonly morph?: unknown }): boolean {
  return morph === true;
}

/** The longest side of a morph in pixels, and about how many different frames it has. */
export const MORPH_SIDE = 512;
export const MORPH_FRAMES = 30;
