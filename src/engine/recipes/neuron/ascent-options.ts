/** The ascent as a recipe's parameters describe it. */
import { standardised, toned } from "../../images/display.js";
import type { Raster } from "../../images/raster.js";
import type { ParamsOf } from "../definition.js";
import type { AscentOptions } from "./ascent.js";
import type { ascentOptions, displayOption } from "./ascent-definition.js";

type AscentParams = ParamsOf<typeof ascentOptions>;
type Display = ParamsOf<{ readonly display: typeof displayOption }>["display"];

/** How to ascend in an octave, counted from 0. */
export function ascentOptionsOf(params: AscentParams, octave: number): AscentOptions {
  const { step, gradient, colours, jitter, turn, wobble } = params;
  return {
    step,
    gradient,
    colours,
    jitter,
    turn,
    wobble,
    blur: Math.max(0, params.blur * (1 - params.blurDecay * octave)),
  };
}

export function shown(image: Raster, display: Display): Raster {
  return display === "standard" ? standardised(image) : display === "toned" ? toned(image) : image;
}
