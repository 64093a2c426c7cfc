import type { BotOptions } from "../bot-options.js";
import { textOption } from "../parsing/options.js";
import { UserError } from "../user-error.js";
import { randomSeed } from "./common.js";
import { ATTACHED, paintingMemory, paintingWork, photoOptions, stylesOf, withStyles } from "./painting.js";
import { printOptions, type Recipe } from "./recipe.js";

/** A photo in one style. */
export function stylizeRecipe(botOptions: BotOptions): Recipe {
  const options = {
    style: textOption({
      help: "The style to paint in: a name or an emoji; a second attached picture is a style too",
      expected: "one style's name, such as winter",
      read: (typed) => (/^\S{1,40}$/u.test(typed.trim()) ? typed.trim() : undefined),
      positional: true,
      completes: "styles",
    }),
    ...photoOptions(botOptions),
  };
  return {
    name: "stylize",
    command: "stylize",
    options,
    title: (params) => {
      const [style] = stylesOf(params);
      return style && style.name !== ATTACHED ? `Painting in ${style.name}` : "Painting";
    },
    defaults: () => {
      const { size, strength, network } = botOptions.paint;
      return { strength, size, seed: randomSeed(), network };
    },
    async change({ params, pictures }, { style, ...changes }, scope) {
      const draft = { params: { ...params, ...changes }, pictures };
      if (typeof style === "string") return withStyles(draft, [{ style, weight: 1 }], scope);
      if (stylesOf(params).length > 0) return draft;
      if (pictures.style1) return withStyles(draft, [{ style: ATTACHED, weight: 1 }], scope);
      const names = (await scope.styles.list(scope.channel)).map(({ name }) => name);
      throw new UserError("stylize.which", { styles: names.join(", "), first: names[0] ?? "winter" });
    },
    print: (params) => [...stylesOf(params).map(({ name }) => ({ value: name })), ...printOptions(options, params)],
    cost: (params) => paintingWork(params, botOptions),
    memory: (params) => paintingMemory(params, botOptions),
    costKey: (params) => `stylize ${String(params.network)}`,
  };
}
