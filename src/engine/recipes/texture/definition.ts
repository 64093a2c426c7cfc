/** The definition of `texture`. */

import { classTermNames, expectedClasses, readClasses, sayClassTerms } from "../class-terms.js";
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
  into: text(
    {
      help: "What the surface is full of: things that the network knows, with weights",
      more: "Written `jellyfish:0.7 castle:0.3`; negative weights push away. A style or a picture leans into it.",
      expected: expectedClasses,
      read: readClasses,
    },
    "classes",
  ),
  away: text(
    { help: "What the surface is not to be", more: "Written as `into`.", expected: expectedClasses, read: readClasses },
    "classes",
  ),
  ...paintingOptions,
  size: { ...paintingOptions.size, insteadOf: ["width", "height"] },
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

/** What a step costs with words: the network up to its scores of ResNet50 has 24 % more multiplications. */
const TO_THE_SCORES = 1.25;
/** What the maps that only words need take, in pictures of the result's size: of GoogLeNet, which has the most. */
const DEEPEST_MAPS = 16;

function hasWords({ into, away }: { readonly into?: unknown; readonly away?: unknown }): boolean {
  return (into ?? away) !== undefined;
}

export const textureDefinition = defineRecipe({
  name: "texture",
  command: "texture",
  version: 4,
  help: "Weave a surface without a scene from a style, a picture or a word",
  doing: "weaving",
  examples: [
    "/texture winter tileable",
    "/texture",
    "/texture winter width:512 height:256",
    "/texture means size:256",
    "/texture into:peacock",
    "/texture winter into:goldfish",
  ],
  options,
  presets: PAINTING_PRESETS,
  pictures: { style: { help: "The picture to take it from", without: "words alone say what it is" } },
  beginsAlone: hasWords,
  title: ({ style, into, away }) => {
    const to = into === undefined ? undefined : sayClassTerms(into);
    const from = away === undefined ? undefined : `away from ${sayClassTerms(away)}`;
    if (style === undefined && to === undefined) return from === undefined ? "Texture" : `Texture ${from}`;
    if (style === undefined) return `Texture of ${to}`;
    const leaning = to === undefined ? from : `into ${to}`;
    return `Texture of ${style}${leaning === undefined ? "" : `, leaning ${leaning}`}`;
  },
  deed: ({ style, into, away }) => {
    return { does: "texture", style, into: classTermNames(into), away: classTermNames(away) };
  },
  film: () => false,
  cost: (params, _done, atOnce) => {
    const size = { ...textureSize(params), smallest: SMALLEST_TEXTURE, atOnce };
    const cost = paintingCost(params, size, textureSteps);
    return hasWords(params) ? TO_THE_SCORES * cost : cost;
  },
  footprint: (params) => {
    const { width, height } = textureSize(params);
    return paintingFootprint(params, width, { height, pictures: hasWords(params) ? DEEPEST_MAPS : 0 });
  },
  paceOf: ["preset", "means"],
});

export type TextureParams = ParamsOf<typeof options>;
