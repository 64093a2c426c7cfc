import { randomInt } from "node:crypto";
import type { ChannelRef, Credit } from "../../domain/model.js";
import { MAX_SEED } from "../../engine/recipes/common-options.js";
import type { RecipeDefinition } from "../../engine/recipes/definition.js";
import { inChats, type RecipeOption, type SettingKey } from "../../engine/recipes/option.js";
import { readLookName } from "../../engine/recipes/teach/definition.js";
import type { Chat } from "../../port/adapter.js";
import type { Completion } from "../../port/commands.js";
import type { Deed } from "../../shared/deed.js";
import { defined } from "../../shared/defined.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { inCode, kebab, plainNumber } from "../../shared/text.js";
import type { BotOptions } from "../bot-options.js";
import type { LookLibrary } from "../looks/taught-look.js";
import { type Argument, printLine } from "../parsing/command-line.js";
import {
  choiceOption,
  flagOption,
  integerOption,
  numberOption,
  type Option,
  type Options,
  textOption,
} from "../parsing/options.js";
import { PRESET } from "../presets/option-name.js";
import { lookPicture } from "../previews.js";
import { expectedShares, printShares, readShares } from "../styles/shares.js";
import type { StyleLibrary } from "../styles/style-library.js";

export type Params = Readonly<Record<string, unknown>>;

/** Parameters that say how large a result is, in pixels. */
export const SIDES = ["size", "width", "height"] as const;

/** A job before it is handed in: the engine's parameters and its encoded input pictures by role. */
export interface Draft {
  readonly params: Params;
  readonly pictures: Readonly<Record<string, Uint8Array>>;
  /** Makers of the styles that a change has chosen; not there when it chose none. */
  readonly styleCredits?: readonly Credit[];
  /** The same of a taught look. */
  readonly lookCredits?: readonly Credit[];
}

/** Where a draft is made: some values mean what they mean in a community only. */
export interface Scope {
  readonly channel: ChannelRef;
  readonly chat: Pick<Chat, "capabilities">;
  readonly styles: StyleLibrary;
  readonly looks: LookLibrary;
}

/** The image to work on, one whose style is taken, one that says where, or one that is gone on from. */
export type UnnamedImage = "image" | "style" | "mask" | "guide" | "finished";

/** What a command that starts jobs tells of them, so that any job can be described, printed, repeated and changed. */
export interface Recipe {
  /** The engine's name for it. */
  readonly name: string;
  /** The command that makes it. */
  readonly command: string;
  /** See `RecipeDefinition.version`. */
  readonly version: number;
  /** Its jobs are not repeated: their pictures were given for that one. */
  readonly once?: true;
  /** The role of the picture to work on, where it takes one. */
  readonly imageRole?: string | undefined;
  /** The options that become parameters of the engine, in the order in which they are printed. */
  readonly options: Options;
  /** A short name of a job in plain words, for instance "Dream of creatures". */
  title(params: Params): string;
  /** What it does, for those who do not see the result. */
  deed(params: Params): Deed;
  /** Whether the result is a film. */
  film(params: Params): boolean;
  /** Parameters of a new job, before anything is chosen. */
  defaults(): Params;
  /**
   * A draft with some options' values changed; those that exclude one another are settled.
   * @throws UserError when they do not go together, or name what is not there.
   */
  change(draft: Draft, changes: Params, scope: Scope): Promise<Draft>;
  /**
   * Arguments that say the same again.
   * @param roles of the job's images; left out, the arguments say nothing of images
   */
  print(params: Params, roles?: readonly string[]): readonly Argument[];
  /** The images of a job that its line cannot name: they must be sent with it. */
  unnamedImages(params: Params, roles: readonly string[]): readonly UnnamedImage[];
  /** The longest side of the result in pixels; 0 where only the picture says it. */
  side(params: Params): number;
  /** Whether a larger result goes on from the finished one; it begins once more otherwise. */
  goesOn(params: Params): boolean;
  /** See `RecipeDefinition.cost`. */
  cost(params: Params, done?: number): number;
  /** Megabytes that it takes at its worst moment, besides the program and its networks. */
  memory(params: Params): number;
  /** What the speed depends on, beginning with the recipe's name. */
  costKey(params: Params): string;
}

/** The line that makes the same image again, given the images that it cannot name: every parameter, with its seed. */
export function commandLine(recipe: Recipe, params: Params, roles: readonly string[]): string {
  return printLine({ name: recipe.command, arguments: recipe.print(params, roles) });
}

/** Arguments for the parameters that options have. */
export function printOptions(options: Options, params: Params): Argument[] {
  return Object.keys(options).flatMap((key) => {
    const value = params[key];
    return value === undefined ? [] : [{ key: kebab(key), value: printed(value) }];
  });
}

function printed(value: unknown): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "number" ? plainNumber(value) : String(value);
}

const LOOK_EXPECTED = "the name of a look, such as creatures";

/** Random seeds are short, so that people can tell them to one another. */
const RANDOM_SEEDS = 1_000_000;

export function randomSeed(): number {
  return randomInt(1, RANDOM_SEEDS);
}

/** The name of an option in chats: styles are named one by one, or several with shares. */
export function chatKey(key: string, { kind, several }: RecipeOption): string {
  return kind === "styles" && !several ? "style" : key;
}

/** The default and the bounds that hold in the chats of an installation. */
export function chatBounds(option: RecipeOption, botOptions: BotOptions) {
  const { minimum, maximum, print, default: usual } = inChats(option);
  const { setting = {} } = option;
  return {
    minimum,
    maximum: Number(settingOf(setting.maximum, botOptions) ?? maximum),
    print: settingOf(setting.print, botOptions) ?? print,
    default: settingOf(setting.default, botOptions) ?? usual,
  };
}

function settingOf(key: SettingKey | undefined, botOptions: BotOptions): string | number | undefined {
  const [group, name = ""] = key?.split(".") ?? [];
  return group && botOptions[group as "dream" | "paint" | "neuron" | "film"][name];
}

/** A recipe's options as the chats of an installation offer them, by their chat names. */
export function chatOptions(definition: RecipeDefinition, botOptions: BotOptions): Readonly<Record<string, Option>> {
  const offered = Object.entries(definition.options).filter(([, { notInChat }]) => notInChat === undefined);
  return Object.fromEntries(
    offered.map(([key, option]) => [
      chatKey(key, option),
      { ...chatOption(key, option, botOptions), ...defined({ seldom: option.seldom, insteadOf: option.insteadOf }) },
    ]),
  );
}

function chatOption(key: string, option: RecipeOption, botOptions: BotOptions): Option {
  const { minimum, maximum, print, default: usual } = chatBounds(option, botOptions);
  const { kind, help, unit, positional, choices = [], expected = "text", read = (typed: string) => typed } = option;
  const named = defined({ help, positional });
  const choose = (offered: readonly Completion[]): Option =>
    choiceOption({ ...named, ...defined({ default: usual as string | undefined }), choices: offered });
  switch (kind) {
    case "integer":
    case "number": {
      if (key === "seed") return seedOption(help);
      const numeric = kind === "integer" ? integerOption : numberOption;
      const forModerators = print === undefined ? undefined : Math.max(maximum, Number(print));
      const more = defined({
        unit,
        forModerators,
        alsoCalled: option.alsoCalled,
        default: usual as number | undefined,
      });
      return numeric({ help, minimum, maximum, ...more });
    }
    case "flag":
      return flagOption({ help, default: false });
    case "choice": {
      const offered = choices.filter(({ notInChat }) => notInChat === undefined);
      const chosen = choose(offered.map(({ value, label }) => ({ value, label })));
      // People save presets of their own.
      return key === PRESET ? { ...chosen, completes: "presets" } : chosen;
    }
    case "network":
      return choose(botOptions.networks.map(({ id, help: label }) => ({ value: id, label })));
    case "look":
      return lookOption(choose(botOptions.looks.map(lookChoice)));
    case "styles":
      return option.several ? sharesOption(help) : styleOption(help);
    case "style":
      return styleOption(help);
    case "text":
      return textOption({ ...named, expected, read });
    case "classes":
    case "where":
      return textOption({ ...named, expected, read, completes: kind });
  }
}

function lookChoice({ name: value, help: label }: BotOptions["looks"][number]) {
  return { value, label, ...(lookPicture(value) !== undefined && ({ preview: true } as const)) };
}

/** Communities teach looks of their own: which there are is seen where the job is started. */
function lookOption(known: Option): Option {
  const words = known.choices?.map(({ value }) => value) ?? [];
  const read = (typed: string) =>
    words.find((word) => word.toLowerCase() === typed.trim().toLowerCase()) ?? readLookName(typed);
  const { help, default: usual, choices = [] } = known;
  return textOption({
    help,
    ...defined({ default: usual }),
    choices,
    expected: LOOK_EXPECTED,
    read,
    completes: "looks",
  });
}

/** One style by its name. */
function styleOption(help: string): Option {
  return textOption({
    help,
    expected: (typed) =>
      hasShare(typed)
        ? sentence("option.expected.one-style", { share: inCode(typed) })
        : sentence("option.expected.style"),
    read: (typed) => (hasShare(typed) ? undefined : /^\S{1,42}$/u.exec(typed.trim())?.[0]),
    positional: true,
    completes: "styles",
    stylesIn: (typed) => [typed],
  });
}

function hasShare(typed: string): boolean {
  return readShares(typed)?.some(({ weight }) => weight !== undefined) === true;
}

/** Several styles with shares. */
function sharesOption(help: string): Option {
  return textOption({
    help,
    expected: expectedShares,
    read: (typed) => {
      const shares = readShares(typed);
      return shares && printShares(shares);
    },
    collects: true,
    completes: "styles",
    stylesIn: (typed) => readShares(typed)?.map(({ style }) => style) ?? [],
  });
}

/** A seed may also be drawn. */
function seedOption(help: string): Option {
  return textOption({
    help,
    expected: `random or a whole number from 0 to ${MAX_SEED}`,
    read: (typed) => {
      const text = typed.trim().toLowerCase();
      if (text === "random") return randomSeed();
      return /^\d{1,10}$/.test(text) && Number(text) <= MAX_SEED ? Number(text) : undefined;
    },
    default: "random",
  });
}
