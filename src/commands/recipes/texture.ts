import type { BotOptions } from "../bot-options.js";
import { flagOption, integerOption, textOption } from "../parsing/options.js";
import { findStyle, styleCredit } from "../styles/style-library.js";
import { UserError } from "../user-error.js";
import { randomSeed } from "./common.js";
import { area } from "./memory.js";
import { paintingMemory, paintingOptions, paintingWork } from "./painting.js";
import { printOptions, type Recipe } from "./recipe.js";

/** Photos' area is 0.7 of a square's; a texture is a square unless told. */
const SQUARE = 1 / 0.7;

/** A surface from a style's picture, or from any picture. */
export function textureRecipe(botOptions: BotOptions): Recipe {
  const { maxSize } = botOptions.paint;
  const options = {
    style: textOption({
      help: "A style's name or emoji; the picture at hand when left out",
      expected: "one style's name, such as winter",
      read: (typed) => (/^\S{1,40}$/u.test(typed.trim()) ? typed.trim() : undefined),
      positional: true,
      completes: "styles",
    }),
    ...paintingOptions(botOptions),
    tileable: flagOption({ help: "Opposite sides fit together", default: false }),
    means: flagOption({ help: "Compare mean channels only: quicker, more regular", default: false }),
    width: integerOption({ help: "Width, instead of a square", unit: "px", minimum: 32, maximum: maxSize }),
    height: integerOption({ help: "Height, instead of a square", unit: "px", minimum: 32, maximum: maxSize }),
  };
  return {
    name: "texture",
    command: "texture",
    options,
    title: ({ name }) => (typeof name === "string" ? `Texture of ${name}` : "Texture"),
    defaults: () => ({ size: botOptions.paint.size, seed: randomSeed(), network: botOptions.paint.network }),
    async change({ params, pictures }, { style, ...changes }, scope) {
      const draft = { params: { ...params, ...changes }, pictures };
      if (typeof style === "string") {
        const found = await findStyle(scope.styles, scope.channel, style);
        return { ...draft, pictures: { style: await found.picture() }, styleCredits: [styleCredit(found)] };
      }
      if (!pictures.style) {
        throw new UserError("texture.no-image");
      }
      return draft;
    },
    print: (params) => printOptions(options, params),
    cost: (params) => {
      const { width = params.size, height = params.size } = params;
      const size = Math.sqrt(Number(width) * Number(height));
      return paintingWork({ ...params, size }, botOptions) * SQUARE;
    },
    memory: (params) => {
      const { width = params.size, height = params.size } = params;
      return paintingMemory(params, botOptions, { megapixels: area(width, height) });
    },
    costKey: (params) => `texture ${String(params.network)}`,
  };
}
