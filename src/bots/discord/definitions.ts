import {
  type APIApplicationCommandBasicOption,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  type RESTPostAPIApplicationCommandsJSONBody,
} from "discord.js";
import type { CommandOptionSummary, CommandSummary, Completion, MessageShortcut } from "../../port/commands.js";
import { cutText } from "../../shared/text.js";

const CHOICES = 25;
const OPTIONS = 25;
const DESCRIPTION = 100;
const CHOICE = 100;

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
        description: cutText(help, DESCRIPTION),
        options: ordered.slice(0, OPTIONS),
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
  const { name, type, required, minimum, maximum, choices } = option;
  const base = { name, description: describe(option), required };
  const range = {
    ...(minimum === undefined ? {} : { min_value: minimum }),
    ...(maximum === undefined ? {} : { max_value: maximum }),
  };
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
          description: cutText(
            "Instead of a file: a link, or latest for the newest picture here; some commands take none too",
            DESCRIPTION,
          ),
        },
        ...(option.second === undefined
          ? []
          : [
              {
                ...({
                  name: `${name}${SECOND_SUFFIX}`,
                  type: ApplicationCommandOptionType.Attachment,
                  required: false,
                } as const),
                description: cutText(option.second, DESCRIPTION),
              },
            ]),
      ];
    default:
      if (choices !== undefined && choices.length > 0 && choices.length <= CHOICES && option.completes !== true) {
        return [{ ...base, type: ApplicationCommandOptionType.String, choices: choices.map(choice) }];
      }
      if (option.completes === true || (choices !== undefined && choices.length > 0)) {
        return [{ ...base, type: ApplicationCommandOptionType.String, autocomplete: true }];
      }
      return [{ ...base, type: ApplicationCommandOptionType.String }];
  }
}

function describe({ help, default: fallback }: CommandOptionSummary): string {
  const otherwise = fallback === undefined ? "" : ` (else ${fallback})`;
  return help.length + otherwise.length <= DESCRIPTION ? help + otherwise : cutText(help, DESCRIPTION);
}

/** One line of a menu: the value, which people come to know, and what it is. */
function choice({ value, label }: Completion): { readonly name: string; readonly value: string } {
  const name = label === "" || label === value ? value : `${value}: ${label}`;
  return { name: cutText(name, CHOICE), value };
}

/** Choices for an answer to somebody who types; Discord takes neither more nor longer ones. */
export function choicesFor(completions: readonly Completion[]): { readonly name: string; readonly value: string }[] {
  return completions
    .filter(({ value }) => value !== "" && value.length <= CHOICE)
    .slice(0, CHOICES)
    .map(choice);
}
