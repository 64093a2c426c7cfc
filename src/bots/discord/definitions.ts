import {
  type APIApplicationCommandBasicOption,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  type LocalizationMap,
  PermissionFlagsBits,
  type RESTPostAPIApplicationCommandsJSONBody,
} from "discord.js";
import type { ChatHandlers } from "../../port/adapter.js";
import { type CommandOptionSummary, type CommandSummary, type Completion, largestFor } from "../../port/commands.js";
import { LANGUAGES, type Language } from "../../shared/sentences/languages.js";
import { sentence, sentenceIn } from "../../shared/sentences/sentence.js";
import { cutText } from "../../shared/text.js";
import { CHOICE_LENGTH, CHOICES, COMMAND_OPTIONS, DESCRIPTION_LENGTH } from "./limits.js";

/** Beside a picture option, which takes a file, an option for its other values: a link, `latest`, `none`. */
export const LINK_SUFFIX = "-from";
/** Beside a picture option: a second file, for commands that know what to do with one, and further ones. */
export const FURTHER_FILE = /-([2-9]|10)$/;
const SECOND_SUFFIX = "-2";
/** Files of a command that works on many: each is an option of its own, and a message holds no more. */
const MOST_FILES = 10;

/** Who may use a command of moderators, unless a server's managers say otherwise: Discord asks for all of these. */
const OF_MODERATORS = String(PermissionFlagsBits.ManageMessages);

/** What there is to register. */
export type Defined = Pick<ChatHandlers, "commands" | "shortcuts" | "personShortcuts">;

type Languages = Readonly<Record<string, Language>>;

/** Commands and message menus as Discord registers them. */
export function definitions(
  { commands, shortcuts, personShortcuts = [] }: Defined,
  languages: Languages = LANGUAGES,
): RESTPostAPIApplicationCommandsJSONBody[] {
  // In servers that the bot is a member of, in its direct messages, and anywhere for those who installed it themselves.
  const where = {
    integration_types: [ApplicationIntegrationType.GuildInstall, ApplicationIntegrationType.UserInstall],
    contexts: [InteractionContextType.Guild, InteractionContextType.BotDM, InteractionContextType.PrivateChannel],
  };
  const menu = (
    type: ApplicationCommandType.Message | ApplicationCommandType.User,
    name: string,
  ): RESTPostAPIApplicationCommandsJSONBody => ({ type, name, ...named(languages, name), ...where });
  return [
    ...commands.map((command): RESTPostAPIApplicationCommandsJSONBody => {
      const { name, help, options, moderators } = command;
      // Discord wants those first that cannot be left out.
      const leftOut = leftOutOf(command, languages);
      const ordered = options
        .filter((option) => !leftOut.includes(option.name))
        .flatMap((option) => optionsOf(name, option, languages))
        .sort((a, b) => Number(b.required ?? false) - Number(a.required ?? false));
      return {
        type: ApplicationCommandType.ChatInput,
        name,
        description: cutText(help, DESCRIPTION_LENGTH),
        ...named(languages, name),
        ...described(languages, ({ words }) => words[name]?.help),
        options: ordered,
        ...(moderators && { default_member_permissions: OF_MODERATORS }),
        ...where,
      };
    }),
    ...shortcuts.map(({ title }) => menu(ApplicationCommandType.Message, title)),
    ...personShortcuts.map(({ title }) => menu(ApplicationCommandType.User, title)),
  ];
}

/** Names of options that a command's menu has no room for: of those that few people want, as many as it takes. */
export function leftOutOf(
  { name, options }: Pick<CommandSummary, "name" | "options">,
  languages: Languages = LANGUAGES,
): readonly string[] {
  const places = (option: CommandOptionSummary): number => optionsOf(name, option, languages).length;
  let over = options.reduce((count, option) => count + places(option), -COMMAND_OPTIONS);
  return options.flatMap((option) => {
    if (over <= 0 || !option.seldom) return [];
    over -= places(option);
    return [option.name];
  });
}

function optionsOf(
  command: string,
  option: CommandOptionSummary,
  languages: Languages,
): APIApplicationCommandBasicOption[] {
  const { name, type, required, minimum: min_value, choices = [], completes, second, many = 0 } = option;
  const max_value = largestFor(option);
  const key = `${command} ${name}`;
  const base = {
    name,
    description: cutText(describe(option.help, option.default), DESCRIPTION_LENGTH),
    ...named(languages, key),
    ...described(languages, (language) => {
      const help = language.words[key]?.help;
      return help && describe(help, option.default, language);
    }),
    required,
  };
  const range = { ...(min_value !== undefined && { min_value }), ...(max_value !== undefined && { max_value }) };
  switch (type) {
    case "integer":
      return [{ ...base, type: ApplicationCommandOptionType.Integer, ...range }];
    case "number":
      return [{ ...base, type: ApplicationCommandOptionType.Number, ...range }];
    case "flag":
      return [{ ...base, type: ApplicationCommandOptionType.Boolean }];
    case "picture":
      return [
        { ...base, required: false, type: ApplicationCommandOptionType.Attachment },
        {
          name: `${name}${LINK_SUFFIX}`,
          type: ApplicationCommandOptionType.String,
          required: false,
          description: cutText(sentence("discord.picture-from"), DESCRIPTION_LENGTH),
          ...named(languages, key, LINK_SUFFIX),
          ...described(languages, ({ sentences }) => sentenceIn(sentences, "discord.picture-from")),
        },
        ...(second === undefined
          ? []
          : [
              furtherFile(key, name, {
                suffix: SECOND_SUFFIX,
                help: second,
                languages,
                said: ({ words }) => words[`${key}${SECOND_SUFFIX}`]?.help,
              }),
            ]),
        ...Array.from({ length: Math.max(0, Math.min(many, MOST_FILES) - 1) }, (_, index) =>
          furtherFile(key, name, {
            suffix: `-${index + 2}`,
            help: sentence("discord.further-picture"),
            languages,
            said: ({ sentences }) => sentenceIn(sentences, "discord.further-picture"),
          }),
        ),
      ];
    default: {
      const text = { ...base, type: ApplicationCommandOptionType.String } as const;
      if (completes || choices.length > CHOICES) return [{ ...text, autocomplete: true }];
      const shown = choices.map((one) => ({
        ...choice(one),
        ...localized("name", languages, ({ words }) => {
          const label = words[key]?.choices?.[one.value];
          return label && choice({ ...one, label }).name;
        }),
      }));
      return [shown.length > 0 ? { ...text, choices: shown } : text];
    }
  }
}

interface FurtherFile {
  readonly suffix: string;
  readonly help: string;
  readonly languages: Languages;
  /** What a language says in its place. */
  readonly said: (language: Language) => string | undefined;
}

function furtherFile(
  key: string,
  name: string,
  { suffix, help, languages, said }: FurtherFile,
): APIApplicationCommandBasicOption {
  return {
    name: `${name}${suffix}`,
    type: ApplicationCommandOptionType.Attachment,
    required: false,
    description: cutText(help, DESCRIPTION_LENGTH),
    ...named(languages, key, suffix),
    ...described(languages, said),
  };
}

/** A description with the default, where there is room for it. */
function describe(help: string, usual: string | undefined, language?: Language): string {
  if (usual === undefined) return help;
  const params = { help, usual };
  const whole = language
    ? sentenceIn(language.sentences, "chat.option-default", params)
    : sentence("chat.option-default", params);
  return whole.length <= DESCRIPTION_LENGTH ? whole : help;
}

function named(languages: Languages, key: string, suffix = "") {
  return localized("name", languages, ({ words }) => {
    const name = words[key]?.name;
    return name && `${name}${suffix}`;
  });
}

function described(languages: Languages, say: (language: Language) => string | undefined) {
  return localized("description", languages, (language) => {
    const said = say(language);
    return said && cutText(said, DESCRIPTION_LENGTH);
  });
}

/** What each language says, as Discord takes it; nothing where none says anything. */
function localized<F extends "name" | "description">(
  field: F,
  languages: Languages,
  say: (language: Language) => string | undefined,
): { readonly [_ in `${F}_localizations`]?: LocalizationMap } {
  const said = Object.entries(languages).map(([locale, language]) => [locale, say(language)] as const);
  const known = said.filter(([, text]) => text);
  if (known.length === 0) return {};
  return { [`${field}_localizations`]: Object.fromEntries(known) } as Record<`${F}_localizations`, LocalizationMap>;
}

/** One entry of a menu: the value, and what it is. */
function choice({ value, label }: Completion): { readonly name: string; readonly value: string } {
  const name = label === "" || label === value ? value : `${value}: ${label}`;
  return { name: cutText(name, CHOICE_LENGTH), value };
}

/** Choices while an option is typed; Discord takes neither more nor longer ones. */
export function choicesFor(completions: readonly Completion[]): { readonly name: string; readonly value: string }[] {
  return completions
    .filter(({ value }) => value !== "" && value.length <= CHOICE_LENGTH)
    .slice(0, CHOICES)
    .map(choice);
}
