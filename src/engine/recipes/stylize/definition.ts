/** The definition of `stylize`. */
import { FINISHED, TYPICAL_RATIO } from "../common-options.js";
import { defineRecipe, type ParamsOf } from "../definition.js";
import { morphOptions } from "../morph-options.js";
import { movingOptions } from "../moving/options.js";
import {
  ATTACHED,
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
    several: false,
    help: "The style to paint in: a name or an emoji; a second attached picture is a style too",
  }),
  ...photoOptions,
  ...movingOptions,
  ...morphOptions,
};

export const stylizeDefinition = defineRecipe({
  name: "stylize",
  command: "stylize",
  version: 5,
  help: "Paint a picture in a style",
  doing: "painting",
  examples: [
    "/stylize",
    "/stylize winter",
    "/stylize summer strength:0.7 size:512",
    "/stylize style:winter keep-colours",
    "/stylize winter where:mountain",
    "/stylize winter style-scale:1.5 seed:7",
  ],
  options,
  presets: PAINTING_PRESETS,
  pictures: {
    image: { help: "The picture to paint", cutOut: true },
    style1: {
      help: "A second picture, whose style is taken; with where:mask, the mask",
      without: "a style is named",
      second: true,
      notInCli: "--style names the pictures of styles.",
    },
    [FINISHED]: {
      help: "A finished painting of the same picture, to go on from at larger sizes",
      without: "it begins with the smallest scale",
    },
    mask: maskPicture,
  },
  title: ({ styles: [style] }) =>
    style?.name === undefined || style.name === ATTACHED ? "Painting" : `Painting in ${style.name}`,
  deed: ({ styles }) => ({ does: "paint", styles: namedStyles(styles) }),
  film: () => false,
  cost: (params, done, atOnce) =>
    paintingCost(params, { width: params.size, height: params.size * TYPICAL_RATIO, done, atOnce }),
  footprint: (params) =>
    paintingFootprint(params, params.size, { styles: params.styles.length, pictures: masksOf(params) }),
  goesOn,
  paceOf: ["preset"],
});

/** What paints: a blend has these alone. */
export type StylizeParams = Omit<ParamsOf<typeof options>, keyof typeof morphOptions | keyof typeof movingOptions>;
