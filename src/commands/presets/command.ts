import { moderatesAll, NO_COMMUNITY } from "../../domain/model.js";
import { PRESET_NAME } from "../../shared/metadata/mark.js";
import { nearest } from "../../shared/nearest.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { StoreError } from "../../shared/store-error.js";
import { cutText, plain } from "../../shared/text.js";
import type { Preset, PresetReader } from "../../store/presets.js";
import { type Command, type CommandContext, defineCommand } from "../command.js";
import { findImage } from "../images/find-image.js";
import { imageOption, isLeftOpen } from "../images/image-option.js";
import { checkLook } from "../looks/taught-look.js";
import { looksFor } from "../outsiders.js";
import { type Argument, printArgument } from "../parsing/command-line.js";
import { choiceOption, flagOption, textOption, type ValuesOf } from "../parsing/options.js";
import { namesOption, readText } from "../parsing/read-values.js";
import { makingOf, readMarkedLine } from "../recipes/making.js";
import { type Params, printOptions, type Recipe } from "../recipes/recipe.js";
import { recipeOf } from "../recipes/repeat.js";
import { UserError } from "../user-error.js";
import { presetCard } from "./card.js";
import { shownLineOf } from "./lines.js";
import { PRESET } from "./option-name.js";

/** Presets of one person, and of one community. */
const MOST = 50;
/** Characters that are kept of whom a preset came from. */
const MOST_CREDITS = 200;

const options = {
  action: choiceOption({
    help: "What to do",
    choices: [
      { value: "list", label: "Show yours and the community's" },
      { value: "save", label: "Save options under a name" },
      { value: "remove", label: "Remove one of yours" },
      { value: "export", label: "Post one as a card: a picture whose file holds it" },
      { value: "import", label: "Keep the preset of a card, or of a picture that I have made" },
    ],
    default: "list",
    positional: true,
  }),
  name: textOption({
    help: "Its name",
    expected: "a word of 2 to 20 small letters, digits and dashes, such as moody",
    read: (typed) => PRESET_NAME.exec(typed.trim().toLowerCase())?.[0],
    positional: true,
    completes: "presets",
  }),
  options: textOption({
    help: "What it stands for: look:eyes into:owl",
    expected: "options of the command with values, such as look:eyes into:owl",
    read: (typed) => typed.trim() || undefined,
    collects: true,
  }),
  for: textOption({
    help: "The command whose options they are",
    expected: "a command that makes pictures, such as dream or stylize",
    read: (typed) => /^\/?([a-z]{1,20})$/.exec(typed.trim().toLowerCase())?.[1],
    default: "dream",
  }),
  shared: flagOption({ help: "For everybody in the community, not for you alone", default: false }),
  picture: imageOption({ help: "With import: the card, or a picture I made" }),
};

type Values = ValuesOf<typeof options>;

/** `/preset`: options that people use again under a name, their own and their community's. */
export const presetCommand: Command = defineCommand({
  name: "preset",
  help: "Save options under a name, for you or the community, and share them as a card",
  options,
  examples: [
    "/preset",
    "/preset save moody look:eyes into:owl",
    "/preset save soft for:stylize strength:0.3 shared",
    "/preset remove moody",
    "/preset export moody",
    "/preset import",
  ],
  needsPicture: ({ action, picture }) => action === "import" && isLeftOpen(picture),
  async run(values, context) {
    await ACTIONS[values.action ?? "list"]?.(values, context);
  },
});

const ACTIONS: Readonly<Record<string, (values: Values, context: CommandContext) => Promise<void>>> = {
  async list({ name, options: typed }, context) {
    if (name !== undefined && typed !== undefined) throw new UserError("preset.verb-missing", { name, options: typed });
    if (name !== undefined) return context.replyEphemeral(rowOf(found(name, context)));
    const presets = context.app.store.presets.list(readerOf(context));
    if (presets.length === 0) return context.replyEphemeral(sentence("preset.none"));
    const rows = presets.map(rowOf);
    await context.replyEphemeral([sentence("preset.heading"), ...rows].join("\n"));
  },

  async save({ name, options: typed, for: command = "dream", shared = false, picture }, context) {
    const word = needed(name, "/preset save moody look:eyes into:owl");
    if (picture !== undefined) throw new UserError("preset.picture");
    if (typed === undefined) throw new UserError("preset.needs-options");
    const recipe = recipeNamed(command, context);
    const given: Params = readText(context.registry.find(recipe.command), typed);
    if (recipe.options.look?.completes === "looks" && typeof given.look === "string")
      checkLook(given.look, context.channel, looksFor(context.user, context.app.store.looks), context.app.botOptions);
    await save({ name: word, recipe, options: printed(recipe, given), shared }, context);
  },

  async remove({ name }, context) {
    const { app, user, channel } = context;
    const preset = found(needed(name, "/preset remove moody"), context);
    if (preset.author.id !== user.id && !moderatesAll(user, channel))
      throw new UserError("preset.foreign", { name: preset.name, owner: plain(preset.author.name) });
    app.store.presets.remove(preset.id);
    await context.replyEphemeral(sentence("preset.removed", { name: preset.name }));
  },

  async export({ name }, context) {
    const preset = found(needed(name, "/preset export moody"), context);
    const text = sentence("preset.card", { name: preset.name });
    await context.replyPublic({ text, pictures: [await presetCard(preset)] });
  },

  async import({ name, picture, shared = false }, context) {
    const image = await findImage(context, context.app.botOptions.pictures, picture);
    const making = image && (await makingOf(image, context));
    if (!making) throw new UserError("preset.no-card");
    const line = "/preset import name:moody";
    if ("job" in making) {
      const { job } = making;
      const recipe = recipeOf(job, context.app.recipes);
      const options = recipe.print(withoutSeeds(job.params));
      const saved = { name: needed(name, line), recipe, options, by: job.author.name };
      return save({ ...saved, shared }, context);
    }
    const { recipe, given } = readMarkedLine(making.mark, context);
    const word = needed(name ?? making.mark.preset, line);
    const { credits } = making.mark;
    const saved = { name: word, recipe, options: printed(recipe, given), shared };
    await save({ ...saved, ...(credits !== undefined && { by: credits }) }, context);
  },
};

interface Saved {
  readonly name: string;
  readonly recipe: Recipe;
  readonly options: readonly Argument[];
  readonly shared: boolean;
  /** Whom it came from. */
  readonly by?: string;
}

function printed(recipe: Recipe, given: Params): Argument[] {
  return printOptions(recipe.options, withoutSeeds(given));
}

/** A seed would make the same picture again and again: it is no part of a preset. */
function withoutSeeds({ seed: _, detailSeed: __, ...others }: Params): Params {
  return others;
}

async function save({ name, recipe, options: saved, shared, by }: Saved, context: CommandContext): Promise<void> {
  const { app, user, channel } = context;
  const { platform, community } = channel;
  if (shared && community === NO_COMMUNITY) throw new UserError("preset.no-community");
  await checkName(name, recipe, context);
  if (saved.length === 0) throw new UserError("preset.needs-options");
  const typed = saved.map(printArgument).join(" ");
  const scope = shared ? { community } : { person: user.id };
  const credits = by === undefined || by === user.name ? undefined : cutText(plain(by), MOST_CREDITS);
  const preset = { platform, scope, name, command: recipe.command, options: typed, author: user };
  try {
    app.store.presets.save({ ...preset, ...(credits !== undefined && { credits }) }, MOST);
  } catch (error) {
    if (error instanceof StoreError) throw new UserError(error);
    throw error;
  }
  const line = shownLineOf(preset);
  await context.replyEphemeral(sentence("preset.saved", { name, line, shared }));
}

/** @throws UserError for a word that a line of the command would be read differently with */
async function checkName(name: string, { command, options: known }: Recipe, context: CommandContext): Promise<void> {
  const presets = known[PRESET]?.choices?.map(({ value }) => value) ?? [];
  const styles = (await context.app.styles.list(context.channel)).map((style) => style.name);
  const isOption = namesOption(context.registry.find(command), name);
  if (isOption || [...presets, ...styles].includes(name)) throw new UserError("preset.name-taken", { name, command });
}

function recipeNamed(command: string, { app }: CommandContext): Recipe {
  const all = [...app.recipes.values()];
  const recipe = all.find((each) => each.command === command);
  if (recipe) return recipe;
  const names = all.map((each) => each.command);
  throw new UserError("command.unknown", { name: command, near: nearest(command, names) });
}

function needed(name: string | undefined, line: string): string {
  if (name === undefined) throw new UserError("preset.needs-name", { line });
  return name;
}

function found(name: string, context: CommandContext): Preset {
  const { presets } = context.app.store;
  const preset = presets.find(readerOf(context), name);
  if (preset) return preset;
  const names = presets.list(readerOf(context)).map((each) => each.name);
  throw new UserError("preset.unknown", { name, near: nearest(name, names) });
}

function readerOf({ channel: { platform, community }, user }: CommandContext): PresetReader {
  return { platform, community, user: user.id };
}

function rowOf(preset: Preset): string {
  const { name, author, credits } = preset;
  const own = "person" in preset.scope;
  const row = sentence("preset.row", { name, line: shownLineOf(preset), by: plain(author.name), own });
  return credits === undefined ? row : row + sentence("preset.row-credits", { credits });
}
