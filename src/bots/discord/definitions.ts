import {
  type APIApplicationCommandBasicOption,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  type RESTPostAPIApplicationCommandsJSONBody,
} from "discord.js";
import type { CommandOptionSummary, CommandSummary, Completion, MessageShortcut } from "../../port/commands.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { cutText } from "../../shared/text.js";
import { CHOICE_LENGTH, CHOICES, COMMAND_OPTIONS, DESCRIPTION_LENGTH } from "./limits.js";

/** Beside a picture option, which takes a file, an option for its other values: a link, `latest`, `none`. */
export const LINK_SUFFIX = "-from";
/** Beside a picture option: a second file, for commands that know what to do with one. */
export const SECOND_SUFFIX = "-2";

/** Commands and message menus as Discord registers them. */
export function definitions(
  commands: readonly CommandSummary[],
  shortcuts: readonly MessageShortcut[],
): RESTPostAPIApplicationCommandsJSONBody[] {
  // In servers that the bot is a member of, and in its direct messages.
  const where = {
    integration_types: [ApplicationIntegrationType.GuildInstall],
    contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
  };
  return [
    ...commands.map(({ name, help, options }): RESTPostAPIApplicationCommandsJSONBody => {
      // Discord wants those first that cannot be left out.
      const ordered = options
        .flatMap(optionsOf)
        .sort((a, b) => Number(b.required ?? false) - Number(a.required ?? false));
      return {
        type: ApplicationCommandType.ChatInput,
        name,
        description: cutText(help, DESCRIPTION_LENGTH),
        options: ordered.slice(0, COMMAND_OPTIONS),
        ...where,
      };
    }),
    ...shortcuts.map(
      ({ title }): RESTPostAPIApplicationCommandsJSONBody => ({
        type: ApplicationCommandType.Message,
        name: title,
        ...where,
      }),
    ),
  ];
}

function optionsOf(option: CommandOptionSummary): APIApplicationCommandBasicOption[] {
  const { name, type, required, minimum: min_value, maximum: max_value, choices = [], completes, second } = option;
  const base = { name, description: describe(option), required };
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
        },
        ...(second === undefined ? [] : [secondFile(name, second)]),
      ];
    default: {
      const text = { ...base, type: ApplicationCommandOptionType.String } as const;
      if (completes || choices.length > CHOICES) return [{ ...text, autocomplete: true }];
      return [choices.length > 0 ? { ...text, choices: choices.map(choice) } : text];
    }
  }
}

function secondFile(name: string, help: string): APIApplicationCommandBasicOption {
  return {
    name: `${name}${SECOND_SUFFIX}`,
    type: ApplicationCommandOptionType.Attachment,
    required: false,
    description: cutText(help, DESCRIPTION_LENGTH),
  };
}

function describe({ help, default: usual }: CommandOptionSummary): string {
  const whole = usual === undefined ? help : sentence("chat.option-default", { help, usual });
  return whole.length <= DESCRIPTION_LENGTH ? whole : cutText(help, DESCRIPTION_LENGTH);
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
