/** Options of a recipe as a chat offers them: the definition's, within what the installation allows. */

import { MAX_SEED } from "../../engine/recipes/common-options.js";
import type { RecipeDefinition } from "../../engine/recipes/definition.js";
import type { RecipeOption, SettingKey } from "../../engine/recipes/option.js";
import { defined } from "../../shared/defined.js";
import type { BotOptions } from "../bot-options.js";
import { choiceOption, flagOption, integerOption, numberOption, type Option, textOption } from "../parsing/options.js";
import { printShares, readShares } from "../styles/shares.js";
import { randomSeed } from "./recipe.js";

/** The name of an option in chats: styles are named one by one, or several with shares. */
export function chatKey(key: string, { kind, several }: RecipeOption): string {
  return kind === "styles" && !several ? "style" : key;
}

/** The default and the bounds that hold in the chats of an installation. */
export function chatBounds(
  { minimum = 0, maximum = 0, inChat, setting = {}, ...option }: RecipeOption,
  botOptions: BotOptions,
) {
  return {
    minimum: inChat?.minimum ?? minimum,
    maximum: Number(settingOf(setting.maximum, botOptions) ?? inChat?.maximum ?? maximum),
    default: settingOf(setting.default, botOptions) ?? inChat?.default ?? option.default,
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
    offered.map(([key, option]) => [chatKey(key, option), chatOption(key, option, botOptions)]),
  );
}

function chatOption(key: string, option: RecipeOption, botOptions: BotOptions): Option {
  const { minimum, maximum, default: usual } = chatBounds(option, botOptions);
  const { kind, help, unit, positional, choices = [], expected = "text", read = (typed: string) => typed } = option;
  const named = defined({ help, positional });
  const choose = (offered: readonly { readonly value: string; readonly label: string }[]): Option =>
    choiceOption({ ...named, ...defined({ default: usual as string | undefined }), choices: offered });
  switch (kind) {
    case "integer":
    case "number": {
      if (key === "seed") return seedOption(help);
      const numeric = kind === "integer" ? integerOption : numberOption;
      return numeric({ help, minimum, maximum, ...defined({ unit, default: usual as number | undefined }) });
    }
    case "flag":
      return flagOption({ help, default: false });
    case "choice": {
      const offered = choices.filter(({ notInChat }) => notInChat === undefined);
      return choose(offered.map(({ value, label }) => ({ value, label })));
    }
    case "network":
      return choose(botOptions.networks.map(({ id, help: label }) => ({ value: id, label })));
    case "look":
      return choose(botOptions.looks.map(({ name, help: label }) => ({ value: name, label })));
    case "styles":
      return option.several ? sharesOption(help) : styleOption(help);
    case "style":
      return styleOption(help);
    case "text":
      return textOption({ ...named, expected, read });
  }
}

/** One style by its name. */
function styleOption(help: string): Option {
  return textOption({
    help,
    expected: "one style's name, such as winter",
    read: (typed) => /^\S{1,40}$/u.exec(typed.trim())?.[0],
    positional: true,
    completes: "styles",
  });
}

/** Several styles with shares. */
function sharesOption(help: string): Option {
  return textOption({
    help,
    expected: "styles with shares, such as summer:0.3 winter:0.7",
    read: (typed) => {
      const shares = readShares(typed);
      return shares && printShares(shares);
    },
    collects: true,
    completes: "styles",
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
