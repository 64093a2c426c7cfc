/** The definition of `texture`. */

import { defineRecipe, type ParamsOf } from "../definition.js";
import { morphOptions } from "../morph-options.js";
import { flag, integer, text } from "../option.js";
import {
  MAX_CHAT_SIDE,
  MAX_PRINT_SIDE,
  MAX_SIDE,
  PAINTING_PRESETS,
  paintingCost,
  paintingFootprint,
  paintingOptions,
} from "../painting/options.js";
import { repeatOption } from "../variation-options.js";

const side = {
  unit: "px",
  minimum: 32,
  maximum: MAX_SIDE,
  inChat: { maximum: MAX_CHAT_SIDE, print: MAX_PRINT_SIDE },
  setting: { maximum: "paint.maxSize", print: "paint.printSize" },
} as const;

const options = {
  style: text(
    {
      help: "A style's name or emoji; without one, a picture is taken",
      more: "What people call the style whose picture is given. It changes nothing.",
      notInCli: "The picture itself is given.",
      positional: true,
      expected: "one style's name, such as winter",
      read: (typed) => /^\S{1,40}$/u.exec(typed.trim())?.[0],
    },
    "style",
  ),
  ...paintingOptions,
  repeat: repeatOption,
  ...morphOptions,
  tileable: flag({ help: "Opposite sides fit together" }),
  means: flag({ help: "Compare mean channels only: quicker, more regular" }),
  width: integer({ help: "Width, instead of a square", ...side }),
  height: integer({ help: "Height, instead of a square", ...side }),
};

/**
 * The side of the smallest scale, in pixels: a texture has no photo to lose, so it begins smaller than other paintings.
 */
export const SMALLEST_TEXTURE = 128;

/**
 * Steps at a scale. Without a photo to begin with, the first scale lays everything out: it gets more steps, which are
 * cheap there.
 */
export function textureSteps({ preset, steps }: Pick<TextureParams, "preset" | "steps">, scale: number): number {
  return scale === 0 && preset !== "book" ? 4 * steps : steps;
}

/** Width and height in pixels. */
export function textureSize({ size, width = size, height = size }: Pick<TextureParams, "size" | "width" | "height">) {
  return { width, height };
}

export const textureDefinition = defineRecipe({
  name: "texture",
  command: "texture",
  version: 3,
  help: "Weave a surface without a scene from a style or a picture",
  doing: "weaving",
  examples: ["/texture winter tileable", "/texture", "/texture winter width:512 height:256", "/texture means size:256"],
  options,
  presets: PAINTING_PRESETS,
  pictures: { style: { help: "The picture to take it from" } },
  title: ({ style }) => (style === undefined ? "Texture" : `Texture of ${style}`),
  deed: ({ style }) => ({ does: "texture", style }),
  film: () => false,
  cost: (params) => paintingCost(params, { ...textureSize(params), smallest: SMALLEST_TEXTURE }, textureSteps),
  footprint: (params) => {
    const { width, height } = textureSize(params);
    return paintingFootprint(params, width, { height });
  },
  paceOf: ["preset", "means"],
});

export type TextureParams = ParamsOf<typeof options>;
