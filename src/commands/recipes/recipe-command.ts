import { type Command, type CommandContext, defineCommand } from "../command.js";
import { type FoundImage, findImage, findSecondImage } from "../images/find-image.js";
import { imageOption, type WantedImage } from "../images/image-option.js";
import { type Provenance, provenanceOf, withStyleCredits } from "../images/provenance.js";
import type { Option, Options } from "../parsing/options.js";
import { UserError } from "../user-error.js";
import type { Draft, Params, Recipe, Scope } from "./recipe.js";
import { type Order, startJob } from "./start-job.js";

export interface RecipeCommand {
  readonly recipe: Recipe;
  readonly help: string;
  /** Whole lines; tests read each of them. */
  readonly examples: readonly string[];
  /** What becomes of the picture at hand; left out, none is looked for. */
  readonly picture?: {
    /** Its role in the recipe, for instance "image". */
    readonly role: string;
    readonly help: string;
    /** Whether the recipe can do without. */
    readonly optional: boolean;
    /** The option that names it: where it is given, no picture is looked for. */
    readonly namedBy?: string;
    /** What a second attached picture is, if anything. */
    readonly second?: { readonly role: string; readonly help: string };
  };
  /** Asks what was left open, instead of starting a job; returns whether it did. `attached` are the pictures found, the second too. */
  ask?(context: CommandContext, attached: readonly FoundImage[], given: Params, questions: Params): Promise<boolean>;
  /** Options for `ask` alone: they are no parameters of the recipe, and not printed with a job. */
  readonly questions?: Options;
}

/** A command that starts jobs of one recipe: its options are the recipe's, with the picture to work on. */
export function recipeCommand({ recipe, help, examples, picture, ask, questions = {} }: RecipeCommand): Command {
  const pictureOptions: Record<string, Option> = picture
    ? {
        picture: imageOption({
          help: picture.help,
          none: picture.optional || picture.namedBy !== undefined,
          ...(picture.second === undefined ? {} : { second: picture.second.help }),
        }),
      }
    : {};
  return defineCommand({
    name: recipe.command,
    help,
    options: { ...recipe.options, ...questions, ...pictureOptions },
    examples,
    async run(values: Readonly<Record<string, unknown>>, context) {
      const { picture: wanted, ...rest } = values;
      const asked = Object.fromEntries(Object.entries(rest).filter(([key]) => Object.hasOwn(questions, key)));
      const given = Object.fromEntries(Object.entries(rest).filter(([key]) => !Object.hasOwn(questions, key)));
      const pictures: Record<string, Uint8Array> = {};
      const attached: FoundImage[] = [];
      if (picture && (picture.namedBy === undefined || given[picture.namedBy] === undefined)) {
        const found = await findImage(context, wanted as WantedImage | undefined);
        if (found) {
          pictures[picture.role] = found.bytes;
          attached.push(found);
        } else if (!picture.optional) throw new UserError("image.none", { line: quoted(examples[0]) });
        const second = picture.second && (await findSecondImage(context));
        if (picture.second && second) {
          pictures[picture.second.role] = second.bytes;
          attached.push(second);
        }
      }
      if (await ask?.(context, attached, given, asked)) return;
      const start = { params: context.app.settings.defaults(recipe, context.channel), pictures };
      const draft = await recipe.change(start, given, scopeOf(context));
      await startJob(context, order(recipe, draft, await provenanceOf(attached, context.user, context.app)));
    },
  });
}

/** A draft as the queue takes it, with where its pictures came from. */
export function order(recipe: Recipe, { styleCredits, params, pictures }: Draft, provenance: Provenance): Order {
  const credits = withStyleCredits(provenance.credits, styleCredits);
  return { recipe, params, pictures, ...provenance, ...(credits.length > 0 ? { credits } : {}) };
}

/** Where a command was given, as recipes need to know it. */
export function scopeOf({ channel, chat, app }: Pick<CommandContext, "channel" | "chat" | "app">): Scope {
  return { channel, chat, styles: app.styles };
}

function quoted(line: string | undefined): string {
  return `\`${line ?? ""}\``;
}
