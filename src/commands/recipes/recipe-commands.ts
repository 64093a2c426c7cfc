/** The commands that make pictures: one for each recipe. */

import { blendDefinition } from "../../engine/recipes/blend/definition.js";
import type { RecipeDefinition } from "../../engine/recipes/definition.js";
import { DEFINITIONS } from "../../engine/recipes/definitions.js";
import type { BotOptions } from "../bot-options.js";
import type { Command } from "../command.js";
import { readVoteRequest, voteOptions } from "../interactive/votes/vote-request.js";
import { chatRecipe } from "./chat-recipe.js";
import type { Recipe } from "./recipe.js";
import { type RecipeCommand, recipeCommand } from "./recipe-command.js";

/** What some commands ask first, when something was left open. */
const QUESTIONS: Readonly<Record<string, Partial<RecipeCommand>>> = {
  stylize: {
    async ask(context, { image: photo, style1: style }, given) {
      if (!photo || style || given.style !== undefined) return false;
      await context.palettes.open({ ...context, photo, given });
      return true;
    },
  },
  blend: {
    help: `${blendDefinition.help}, or lets the channel vote`,
    questions: voteOptions,
    async ask(context, { image: photo }, given, asked) {
      const vote = readVoteRequest(given, asked);
      if (!vote || !photo) return false;
      await context.votes.open({ ...context, photo, given: vote.given }, vote.request);
      return true;
    },
  },
};

export function recipeCommands(botOptions: BotOptions): {
  readonly recipes: readonly Recipe[];
  readonly commands: readonly Command[];
} {
  const offered = DEFINITIONS.map((definition) => ({ definition, recipe: chatRecipe(definition, botOptions) }));
  return {
    recipes: offered.map(({ recipe }) => recipe),
    commands: offered.map(({ definition, recipe }) =>
      recipeCommand({
        recipe,
        help: definition.help,
        examples: definition.examples,
        ...imageOf(definition),
        ...QUESTIONS[definition.name],
      }),
    ),
  };
}

/** Which image a command looks for: the recipe's first, unless it can be named. */
function imageOf({ pictures, options }: RecipeDefinition): Pick<RecipeCommand, "image"> {
  const [main, ...others] = Object.entries(pictures);
  if (!main) return {};
  const [role, { help, without }] = main;
  const second = others.find(([, other]) => other.second);
  const named = Object.entries(options).find(([, { kind }]) => kind === "style")?.[0];
  return {
    image: {
      role,
      help: without === undefined ? help : `${help}; none: ${without}`,
      optional: without !== undefined,
      ...(named === undefined ? {} : { namedBy: named }),
      ...(second === undefined ? {} : { second: { role: second[0], help: second[1].help } }),
    },
  };
}
