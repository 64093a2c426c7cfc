/** What Discord takes as an application's commands. */
import {
  type APIApplicationCommandOption,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  Locale,
  type LocalizationMap,
  type RESTPostAPIApplicationCommandsJSONBody,
} from "discord-api-types/v10";
import { ApiError, invalid } from "./api-error.js";

const NAME = /^[-_'\p{L}\p{N}]{1,32}$/u;

type Option = Exclude<
  APIApplicationCommandOption,
  { type: ApplicationCommandOptionType.Subcommand | ApplicationCommandOptionType.SubcommandGroup }
>;

/** @throws ApiError where Discord would refuse. */
export function checkCommands(given: unknown): RESTPostAPIApplicationCommandsJSONBody[] {
  if (!Array.isArray(given)) throw invalid("commands", "Must be an array.");
  const commands = given as RESTPostAPIApplicationCommandsJSONBody[];
  const count = (type: ApplicationCommandType) =>
    commands.filter((command) => (command.type ?? ApplicationCommandType.ChatInput) === type).length;
  if (count(ApplicationCommandType.ChatInput) > 100)
    throw new ApiError(400, 30032, "Maximum number of application commands reached (100).");
  if (count(ApplicationCommandType.Message) > 15)
    throw new ApiError(400, 30032, "Maximum number of application commands reached (15).");
  const names = new Set<string>();
  for (const command of commands) {
    const type = command.type ?? ApplicationCommandType.ChatInput;
    const { default_member_permissions: permissions } = command;
    if (permissions && !/^\d+$/.test(permissions)) throw invalid("default_member_permissions", "Must be a number.");
    const key = `${type} ${command.name}`;
    if (names.has(key)) throw new ApiError(400, 50035, "Application command names must be unique");
    names.add(key);
    if (type === ApplicationCommandType.ChatInput) checkChatInput(command as ChatInput);
    else {
      checkLocalizations("name", command.name_localizations, 32);
      if (command.name.length < 1 || command.name.length > 32)
        throw invalid("name", "Must be between 1 and 32 in length.");
      if ("options" in command || ("description" in command && command.description))
        throw invalid("description", "Context menu commands have none.");
    }
  }
  return commands;
}

interface ChatInput extends Localized {
  readonly name: string;
  readonly description?: string;
  readonly options?: readonly Option[];
}

type Localized = { readonly [_ in "name_localizations" | "description_localizations"]?: LocalizationMap | null };

const LOCALES: ReadonlySet<string> = new Set(Object.values(Locale));

function checkLocalizations(field: string, said: object | null | undefined, most: number): void {
  for (const [locale, text] of Object.entries((said ?? {}) as Record<string, string>)) {
    if (!LOCALES.has(locale)) throw invalid(`${field}_localizations`, `${locale} is not a valid locale.`);
    if (!text || text.length > most)
      throw invalid(`${field}_localizations`, `Must be between 1 and ${most} in length.`);
  }
}

/** Discord counts the longest of all languages. */
function longest(text: string, said: LocalizationMap | null | undefined): number {
  return Math.max(text.length, ...Object.values(said ?? {}).map((one) => one?.length ?? 0));
}

function checkNamed({ name, ...said }: Localized & { readonly name: string }): void {
  checkName(name);
  for (const one of Object.values(said.name_localizations ?? {})) checkName(one ?? "");
  checkLocalizations("name", said.name_localizations, 32);
  checkLocalizations("description", said.description_localizations, 100);
}

function checkChatInput(command: ChatInput): void {
  const { name, description = "", options = [], name_localizations, description_localizations } = command;
  checkNamed(command);
  if (description.length < 1 || description.length > 100)
    throw invalid("description", "Must be between 1 and 100 in length.");
  if (options.length > 25) throw invalid("options", "Must be 25 or fewer in length.");
  for (const locale of [undefined, ...Object.values(Locale)]) {
    const shown = options.map((option) => (locale && option.name_localizations?.[locale]) ?? option.name);
    if (new Set(shown).size !== options.length) throw invalid("options", "Option names must be unique");
  }
  let optional = false;
  let characters = longest(name, name_localizations) + longest(description, description_localizations);
  for (const option of options) {
    checkNamed(option);
    if (option.description.length < 1 || option.description.length > 100)
      throw invalid("options.description", "Must be between 1 and 100 in length.");
    if (option.required && optional)
      throw invalid("options", "Required options must be placed before non-required options");
    optional ||= !option.required;
    characters += longest(option.name, option.name_localizations);
    characters += longest(option.description, option.description_localizations);
    const choices: readonly { name: string; value: string | number; name_localizations?: LocalizationMap | null }[] =
      "choices" in option ? (option.choices ?? []) : [];
    if (choices.length > 25) throw invalid("options.choices", "Must be 25 or fewer in length.");
    if ("autocomplete" in option && option.autocomplete && choices.length > 0)
      throw invalid("options", "Autocomplete may not be true when choices are present");
    if (new Set(choices.map((choice) => choice.name)).size !== choices.length)
      throw invalid("options.choices", "Choice names must be unique");
    for (const choice of choices) {
      if (choice.name.length < 1 || choice.name.length > 100 || String(choice.value).length > 100)
        throw invalid("options.choices", "Must be 100 or fewer in length.");
      checkLocalizations("choices.name", choice.name_localizations, 100);
      characters += longest(choice.name, choice.name_localizations) + String(choice.value).length;
    }
    const numeric =
      option.type === ApplicationCommandOptionType.Integer || option.type === ApplicationCommandOptionType.Number;
    if (!numeric && ("min_value" in option || "max_value" in option))
      throw invalid("options", "Only numbers have a range");
    if (
      numeric &&
      option.type === ApplicationCommandOptionType.Integer &&
      "min_value" in option &&
      !Number.isInteger(option.min_value)
    ) {
      throw invalid("options.min_value", "Must be an integer.");
    }
  }
  if (characters > 8000) throw invalid("options", "Command exceeds maximum size (8000)");
}

function checkName(name: string): void {
  if (!NAME.test(name) || name !== name.toLowerCase()) throw invalid("name", "Command name is invalid");
}
