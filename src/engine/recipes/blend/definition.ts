/** The definition of `blend`. */
import { FINISHED, formatOption, maxBytesOption, TYPICAL_RATIO } from "../common-options.js";
import { defineRecipe, type ParamsOf } from "../definition.js";
import { movingOptions } from "../moving/options.js";
import { integer, number } from "../option.js";
import {
  goesOn,
  masksOf,
  namedStyles,
  PAINTING_PRESETS,
  paintingCost,
  paintingFootprint,
  photoOptions,
  stylesOption,
} from "../painting/options.js";
import { maskPicture } from "../where/syntax.js";

const options = {
  styles: stylesOption({
    several: true,
    help: "Styles with shares: summer:0.3 winter:0.7; one alone leaves the rest to its opposite or the photo",
  }),
  ...photoOptions,
  sweep: integer({
    help: "Pictures of a film from the first style to the second and back",
    more: "0 makes one picture of the blend.",
    minimum: 0,
    maximum: 48,
    default: 0,
    inChat: { maximum: 12 },
    setting: { maximum: "film.maxSweep" },
  }),
  framesPerSecond: number({ help: "Pictures a second of the film", minimum: 1, maximum: 30, default: 6 }),
  ...movingOptions,
  format: formatOption,
  maxBytes: maxBytesOption(50_000),
};

export const blendDefinition = defineRecipe({
  name: "blend",
  command: "blend",
  version: 5,
  help: "Paint a picture in several styles at once, each with its share",
  doing: "painting",
  examples: [
    "/blend summer:0.3",
    "/blend summer:0.3 winter:0.7 size:512 seed:7",
    "/blend summer:0.5 photo:0.5",
    "/blend summer winter sweep:6",
    "/blend night:top summer:rest",
    "/blend night summer where:mountain",
    "/blend vote minutes:10",
    "/blend vote summer winter ink minutes:60 size:512",
  ],
  options,
  presets: PAINTING_PRESETS,
  pictures: {
    image: { help: "The picture to paint", cutOut: true },
    [FINISHED]: {
      help: "A finished painting of the same picture, to go on from at larger sizes",
      without: "it begins with the smallest scale",
    },
    mask: maskPicture,
  },
  title: ({ styles, sweep }) => {
    const names = styles.map(({ name, picture }) => name ?? picture);
    const list = names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : names.join("");
    return `${sweep > 0 ? "Sweep" : "Blend"} of ${list}`;
  },
  deed: ({ styles, sweep }) => ({ does: "paint", styles: namedStyles(styles), film: sweep > 0 }),
  film: ({ sweep }) => sweep > 0,
  cost: (params, done, atOnce) =>
    Math.max(1, params.sweep) *
    paintingCost(params, { width: params.size, height: params.size * TYPICAL_RATIO, done, atOnce }),
  footprint: (params) => {
    const pictures = params.sweep + masksOf(params);
    return paintingFootprint(params, params.size, { styles: params.styles.length, pictures });
  },
  goesOn,
  paceOf: ["preset"],
});

export type BlendParams = ParamsOf<typeof options>;
