/** The commands that make pictures: one for each recipe. */
import { blendDefinition } from "../../engine/recipes/blend/definition.js";
import type { RecipeDefinition } from "../../engine/recipes/definition.js";
import { DEFINITIONS } from "../../engine/recipes/definitions.js";
import { defined } from "../../shared/defined.js";
import type { BotOptions } from "../bot-options.js";
import { type Command, type CommandContext, defineCommand } from "../command.js";
import { type FoundImage, findImage, findSecondImage } from "../images/find-image.js";
import { imageOption, type WantedImage } from "../images/image-option.js";
import { readVoteRequest, voteOptions } from "../interactive/votes/vote-request.js";
import type { Options } from "../parsing/options.js";
import { UserError } from "../user-error.js";
import { chatRecipe } from "./chat-recipe.js";
import type { Params, Recipe } from "./recipe.js";
import { startJob } from "./start-job.js";

/** By role. */
type FoundImages = Readonly<Record<string, FoundImage>>;

interface Questions {
  readonly help?: string;
  /** Asks people what was left open, instead of starting a job; returns whether it did. */
  ask(context: CommandContext, images: FoundImages, given: Params, questions: Params): Promise<boolean>;
  /** Options for `ask` alone: they are no parameters of the recipe, and not printed with a job. */
  readonly questions?: Options;
}

/** What some commands ask first, when something was left open. */
const QUESTIONS: Readonly<Record<string, Questions>> = {
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
    commands: offered.map(({ definition, recipe }) => recipeCommand(definition, recipe)),
  };
}

/** A command that starts jobs of one recipe: its options are the recipe's, with the image to work on. */
function recipeCommand(definition: RecipeDefinition, recipe: Recipe): Command {
  const { examples } = definition;
  const { help = definition.help, ask, questions = {} } = QUESTIONS[definition.name] ?? {};
  return defineCommand({
    name: recipe.command,
    help,
    options: { ...recipe.options, ...questions, ...imageOptions(definition) },
    examples,
    async run({ picture: wanted, ...values }: Params, context) {
      const isQuestion = ([key]: [string, unknown]): boolean => Object.hasOwn(questions, key);
      const asked = Object.fromEntries(Object.entries(values).filter(isQuestion));
      const given = Object.fromEntries(Object.entries(values).filter((entry) => !isQuestion(entry)));
      const images = await findImages(definition, wanted as WantedImage | undefined, given, context);
      if (!images) throw new UserError("image.none", { line: `\`${examples[0] ?? ""}\`` });
      if (await ask?.(context, images, given, asked)) return;
      await startJob({ recipe, given, images }, context, context.app);
    },
  });
}

/** The images that a command looks for: the recipe's first, unless an option names it, and perhaps a second one. */
function imagesOf({ pictures, options }: RecipeDefinition) {
  const [main, ...others] = Object.entries(pictures);
  const named = Object.entries(options).find(([, { kind }]) => kind === "style")?.[0];
  return { main, second: others.find(([, other]) => other.second), named };
}

function imageOptions(definition: RecipeDefinition): Options {
  const { main, second, named } = imagesOf(definition);
  if (!main) return {};
  const [, { help, without }] = main;
  const about = without === undefined ? help : `${help}; none: ${without}`;
  const none = without !== undefined || named !== undefined;
  return { picture: imageOption({ help: about, none, ...defined({ second: second?.[1].help }) }) };
}

/** Undefined when there is none, and the recipe cannot do without. */
async function findImages(
  definition: RecipeDefinition,
  wanted: WantedImage | undefined,
  given: Params,
  context: CommandContext,
): Promise<FoundImages | undefined> {
  const { main, second, named } = imagesOf(definition);
  if (!main || (named !== undefined && given[named] !== undefined)) return {};
  const limits = context.app.botOptions.pictures;
  const first = await findImage(context, limits, wanted);
  if (!first && main[1].without === undefined) return undefined;
  const other = second && (await findSecondImage(context, limits));
  return { ...(first && { [main[0]]: first }), ...(second && other && { [second[0]]: other }) };
}
