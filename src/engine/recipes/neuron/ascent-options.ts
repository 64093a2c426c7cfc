/** Parameters that the recipes of neurons share: how to climb, and how to show what was reached. */
import { z } from "zod";
import { standardised, toned } from "../../images/display.js";
import type { Raster } from "../../images/raster.js";
import type { AscentOptions } from "./ascent.js";

/** How neurons are climbed to. */
export const mannerFields = {
  /** Root mean square of a step, in grey levels. */
  step: z.number().min(0.01).max(50).default(7),
  /** Gaussian that smooths the gradient: its standard deviation in pixels at the first octave ... */
  blur: z.number().min(0).max(20).default(0.5),
  /** ... of which every further octave takes off this share: sigma = blur * (1 - blurDecay * octave). */
  blurDecay: z.number().min(0).max(1).default(0),
  gradient: z.enum(["plain", "pyramid"]).default("pyramid"),
  colours: z.enum(["plain", "natural"]).default("natural"),
  /** How much of what a ReLU cuts off counts: a little wakes neurons that see nothing yet. */
  leak: z.number().min(0).max(1).default(0.05),
  jitter: z.number().int().min(0).max(256).default(16),
  turn: z.number().min(0).max(45).default(5),
  wobble: z.number().min(0).max(0.5).default(0.05),
};

export const seedField = z
  .number()
  .int()
  .min(0)
  .max(2 ** 31 - 1)
  .default(1);

/** "standard" is the book's visstd; "toned" fills the range of brightness; "plain" shows the numbers as they are. */
export const displayField = z.enum(["standard", "toned", "plain"]).default("toned");

/** How to climb in an octave, counted from 0. */
export function ascentOptionsOf(params: z.output<z.ZodObject<typeof mannerFields>>, octave: number): AscentOptions {
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

export function shown(image: Raster, display: z.output<typeof displayField>): Raster {
  return display === "standard" ? standardised(image) : display === "toned" ? toned(image) : image;
}
