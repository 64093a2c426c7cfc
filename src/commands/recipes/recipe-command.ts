import { type Command, type CommandContext, defineCommand } from "../command.js";
import { type FoundImage, findImage, findSecondImage } from "../images/find-image.js";
import { imageOption, type WantedImage } from "../images/image-option.js";
import type { Option, Options } from "../parsing/options.js";
import { UserError } from "../user-error.js";
import type { Params, Recipe } from "./recipe.js";
import { startJob } from "./start-job.js";

export interface RecipeCommand {
  readonly recipe: Recipe;
  readonly help: string;
  /** Whole lines; tests read each of them. */
  readonly examples: readonly string[];
  /** What the image at hand is for; left out, none is looked for. */
  readonly image?: CommandImage;
  /** Asks people what was left open, instead of starting a job; returns whether it did. */
  ask?(context: CommandContext, images: FoundImages, given: Params, questions: Params): Promise<boolean>;
  /** Options for `ask` alone: they are no parameters of the recipe, and not printed with a job. */
  readonly questions?: Options;
}

interface CommandImage {
  /** Its role in the recipe, for instance "image". */
  readonly role: string;
  readonly help: string;
  /** Whether the recipe can do without. */
  readonly optional: boolean;
  /** The option that names it: where it is given, no image is looked for. */
  readonly namedBy?: string;
  /** What a second attached image is for, where the command takes one. */
  readonly second?: { readonly role: string; readonly help: string };
}

/** By role. */
type FoundImages = Readonly<Record<string, FoundImage>>;

/** A command that starts jobs of one recipe: its options are the recipe's, with the image to work on. */
export function recipeCommand({ recipe, help, examples, image, ask, questions = {} }: RecipeCommand): Command {
  return defineCommand({
    name: recipe.command,
    help,
    options: { ...recipe.options, ...questions, ...imageOptions(image) },
    examples,
    async run(values: Params, context) {
      const { picture: wanted, ...rest } = values;
      const asked = Object.fromEntries(Object.entries(rest).filter(([key]) => Object.hasOwn(questions, key)));
      const given = Object.fromEntries(Object.entries(rest).filter(([key]) => !Object.hasOwn(questions, key)));
      const images = image ? await findImages(image, wanted as WantedImage | undefined, given, context) : {};
      if (!images) throw new UserError("image.none", { line: `\`${examples[0] ?? ""}\`` });
      if (await ask?.(context, images, given, asked)) return;
      await startJob({ recipe, given, images }, context, context.app);
    },
  });
}

function imageOptions(image: CommandImage | undefined): Record<string, Option> {
  if (!image) return {};
  return {
    picture: imageOption({
      help: image.help,
      none: image.optional || image.namedBy !== undefined,
      ...(image.second === undefined ? {} : { second: image.second.help }),
    }),
  };
}

/** Undefined when there is none, and the recipe cannot do without. */
async function findImages(
  { role, optional, namedBy, second }: CommandImage,
  wanted: WantedImage | undefined,
  given: Params,
  context: CommandContext,
): Promise<FoundImages | undefined> {
  if (namedBy !== undefined && given[namedBy] !== undefined) return {};
  const limits = context.app.botOptions.pictures;
  const first = await findImage(context, limits, wanted);
  if (!first && !optional) return undefined;
  const other = second && (await findSecondImage(context, limits));
  return { ...(first ? { [role]: first } : {}), ...(second && other ? { [second.role]: other } : {}) };
}
