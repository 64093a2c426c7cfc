/** The commands that start jobs: what they ask first, and the images that they look for. */
import { blendDefinition } from "../../engine/recipes/blend/definition.js";
import { fileOptions } from "../../engine/recipes/common-options.js";
import type { RecipeDefinition } from "../../engine/recipes/definition.js";
import { DEFINITIONS } from "../../engine/recipes/definitions.js";
import { ATTACHED_GUIDE, GUIDE } from "../../engine/recipes/dream/guide.js";
import { teachDefinition } from "../../engine/recipes/teach/definition.js";
import { MASK, parseWhere } from "../../engine/recipes/where/syntax.js";
import { defined } from "../../shared/defined.js";
import type { BotOptions } from "../bot-options.js";
import { type Command, type CommandContext, defineCommand } from "../command.js";
import { type FoundImage, findFurtherImage, findGivenImage, findImage } from "../images/find-image.js";
import { imageOption, isLeftOpen, type WantedImage } from "../images/image-option.js";
import { readVoteRequest, voteOptions } from "../interactive/votes/vote-request.js";
import type { Options } from "../parsing/options.js";
import { UserError } from "../user-error.js";
import { chatRecipe, mainOf } from "./chat-recipe.js";
import { findGuide } from "./guide.js";
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
    async ask(context, { image: photo, style1: style, mask }, given) {
      if (!photo || style || mask || given.style !== undefined) return false;
      await context.palettes.open({ ...context, photo, given });
      return true;
    },
  },
  blend: {
    help: `${blendDefinition.help}, or let the channel vote`,
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
    recipes: [...offered.map(({ recipe }) => recipe), { ...chatRecipe(teachDefinition, botOptions), once: true }],
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
    options: inOrder({ ...recipe.options, ...questions, ...imageOptions(definition) }),
    examples,
    needsPicture({ picture: wanted, ...given }: Params) {
      const { main, named } = imagesOf(definition);
      return (
        main !== undefined &&
        isLeftOpen(wanted as WantedImage | undefined) &&
        (named === undefined || given[named] === undefined) &&
        !definition.beginsAlone?.(given)
      );
    },
    async run({ picture: wanted, ...values }: Params, context) {
      const isQuestion = ([key]: [string, unknown]): boolean => Object.hasOwn(questions, key);
      const asked = Object.fromEntries(Object.entries(values).filter(isQuestion));
      const given = Object.fromEntries(Object.entries(values).filter((entry) => !isQuestion(entry)));
      const images = await findImages(definition, wanted as WantedImage | undefined, given, context);
      if (!images) throw new UserError("image.none", { line: examples[0] ?? "", noise: mayDoWithout(definition) });
      if (await ask?.(context, images, given, asked)) return;
      await startJob({ recipe, given, images }, context, context.app);
    },
  });
}

/** Last what can best be done without: some platforms take only so many. */
function inOrder(options: Options): Options {
  const last = Object.entries(options).filter(([key]) => Object.hasOwn(fileOptions, key));
  const others = Object.entries(options).filter(([key]) => !Object.hasOwn(fileOptions, key));
  return Object.fromEntries([...others, ...last]);
}

/** The images that a command looks for: the recipe's first, unless an option names it, and perhaps a second one. */
function imagesOf(definition: RecipeDefinition) {
  const { pictures, options } = definition;
  const named = Object.entries(options).find(([, { kind }]) => kind === "style")?.[0];
  return { main: mainOf(definition), seconds: Object.entries(pictures).filter(([, { second }]) => second), named };
}

function imageOptions(definition: RecipeDefinition): Options {
  const { main, seconds, named } = imagesOf(definition);
  if (!main) return {};
  const [second] = seconds;
  const [, { help, without }] = main;
  const about = without === undefined ? help : `${help}; none: ${without}`;
  const none = without !== undefined || named !== undefined;
  return { picture: imageOption({ help: about, none, ...defined({ second: second?.[1].help }) }) };
}

/** Whether a recipe can begin without an image when it is told to. */
function mayDoWithout(definition: RecipeDefinition): boolean {
  return imagesOf(definition).main?.[1].without !== undefined;
}

/** Undefined when there is none, and the recipe cannot do without or was not told to. */
async function findImages(
  definition: RecipeDefinition,
  wanted: WantedImage | undefined,
  given: Params,
  context: CommandContext,
): Promise<FoundImages | undefined> {
  const { main, seconds, named } = imagesOf(definition);
  const limits = context.app.botOptions.pictures;
  if (!main) return findMaskAlone(definition, given, context);
  if (named !== undefined && given[named] !== undefined) return {};
  if (masksAnswered(given, context)) {
    // A mask alone, in answer to a picture: that one is meant.
    const first = await findImage({ ...context, event: { ...context.event, attachments: [] } }, limits, wanted);
    const mask = await findFurtherImage(context, limits, 0);
    return first && mask && { [main[0]]: first, [MASK]: mask };
  }
  const alone = wanted === undefined && definition.beginsAlone?.(given) === true;
  const first = alone ? await findGivenImage(context, limits) : await findImage(context, limits, wanted);
  if (!first && !alone && (wanted !== "none" || !mayDoWithout(definition))) return undefined;
  const found: Record<string, FoundImage> = first ? { [main[0]]: first } : {};
  const guide = typeof given.like === "string" ? await findGuide(given.like, context, limits) : undefined;
  if (guide) found[GUIDE] = guide;
  for (const [i, role] of furtherRoles(seconds, given).entries()) {
    const other = await findFurtherImage(context, limits, i + (given.like === ATTACHED_GUIDE ? 2 : 1));
    if (other) found[role] = other;
  }
  return found;
}

/** What begins with noise takes a mask, and no other picture. */
async function findMaskAlone(
  { pictures }: RecipeDefinition,
  given: Params,
  context: CommandContext,
): Promise<FoundImages> {
  const mask =
    pictures[MASK] && meansMask(given) && (await findFurtherImage(context, context.app.botOptions.pictures, 0));
  return mask ? { [MASK]: mask } : {};
}

/** Whether the one picture of a line is the mask of the picture that it answers. */
function masksAnswered(given: Params, { event }: CommandContext): boolean {
  return event.repliesTo !== undefined && event.attachments.length === 1 && meansMask(given);
}

const meansMask = ({ where }: Params): boolean => typeof where === "string" && parseWhere(where)?.kind === MASK;

/** What the second attached image is, and the third: a mask where one is meant, after a style that is not named. */
function furtherRoles(seconds: ReturnType<typeof imagesOf>["seconds"], given: Params): string[] {
  const roles = seconds.map(([role]) => role);
  const others = roles.filter((role) => role !== MASK);
  if (others.length === 0) return roles;
  const masked = meansMask(given);
  const named = given.style !== undefined;
  return masked ? [...(named ? [] : others), MASK] : others;
}
