import {
  type APIApplicationCommandAutocompleteInteraction,
  type APIApplicationCommandInteractionDataBasicOption,
  type APIApplicationCommandInteractionDataOption,
  type APIChatInputApplicationCommandInteraction,
  ApplicationCommandOptionType,
  InteractionResponseType,
  Routes,
} from "discord.js";
import type { CommandSummary, Completion } from "../../port/commands.js";
import type { Receipt } from "../../port/events.js";
import type { PictureSource } from "../../port/messages.js";
import { withTimeout } from "../../shared/async.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { choicesFor, FURTHER_FILE, LINK_SUFFIX } from "./definitions.js";
import { withEmoji } from "./reactions.js";
import type { Reporter } from "./reporter.js";

/** Discord waits 3 s for completions. */
const COMPLETE_MS = 2_500;

/** Commands that are typed, and the completion of their options. */
export class SlashCommands {
  constructor(private readonly reporter: Reporter) {}

  async run(interaction: APIChatInputApplicationCommandInteraction, receipt: Receipt): Promise<void> {
    const { handlers, pictures } = this.reporter.parts;
    const user = this.reporter.userOf(interaction);
    if (!user) return;
    const { name, options: given = [], resolved } = interaction.data;
    const summary = handlers.commands.find((command) => command.name === name);
    const options: Record<string, string> = {};
    const files: PictureSource[] = [];
    const seconds: PictureSource[] = [];
    let second = "";
    for (const option of given.filter(hasValue)) {
      const file = resolved?.attachments?.[String(option.value)];
      const first = option.name.replace(FURTHER_FILE, "");
      const isSecond = first !== option.name;
      if (file && (option.type === ApplicationCommandOptionType.Attachment || isPicture(summary, first))) {
        (isSecond ? seconds : files).push(pictures.ofOption(file, user));
        if (isSecond) second = option.name;
      } else if (option.type !== ApplicationCommandOptionType.Attachment) {
        options[plainName(option.name, summary)] = textOf(option);
      }
    }
    await this.reporter.command(interaction, receipt, user, async (_channel, answer) => {
      if (files.length > 0 || seconds.length === 0) return { name, options, attachments: [...files, ...seconds] };
      const first = second.replace(FURTHER_FILE, "");
      await answer.reply({ text: sentence("discord.second-alone", { second, first }) }, "private");
      return undefined;
    });
  }

  async complete(interaction: APIApplicationCommandAutocompleteInteraction): Promise<void> {
    const { handlers, calls, logger } = this.reporter.parts;
    const user = this.reporter.userOf(interaction);
    const { name: command, options = [] } = interaction.data;
    const option = options.filter(hasValue).find((known) => "focused" in known && known.focused === true);
    if (!user || !option) return;
    const request = { command, option: option.name, user, channel: await this.reporter.locate(interaction) };
    const completions = completeLastWord(String(option.value), (typed) => handlers.complete({ ...request, typed }));
    const known = completions.catch((err: unknown) => {
      logger.warn({ err, ...request }, "an option could not be completed");
      return [];
    });
    const choices = choicesFor(await withTimeout(known, COMPLETE_MS, () => []));
    const body = { type: InteractionResponseType.ApplicationCommandAutocompleteResult, data: { choices } };
    const route = Routes.interactionCallback(interaction.id, interaction.token);
    const about = { auth: false, ms: 2_900, doing: "discord.doing.choices" } as const;
    // Discord asks again with each letter that is typed.
    await calls
      .run({ method: "POST", route, body, ...about })
      .catch((err: unknown) => logger.debug({ err }, "choices came too late"));
  }
}

/** Completes a value, or, in one of several words such as "summer:0.3 win", the last. */
async function completeLastWord(
  typed: string,
  complete: (typed: string) => Promise<readonly Completion[]>,
): Promise<readonly Completion[]> {
  const whole = await complete(typed);
  const [, head = "", last = ""] = /^(.*\s)(\S*)$/s.exec(typed) ?? [];
  if (whole.length > 0 || head === "") return whole;
  return (await complete(last)).map(({ value, label }) => ({ value: head + value, label }));
}

function hasValue(
  option: APIApplicationCommandInteractionDataOption,
): option is APIApplicationCommandInteractionDataBasicOption {
  return "value" in option;
}

function textOf({ value }: APIApplicationCommandInteractionDataBasicOption): string {
  return typeof value === "boolean" ? (value ? "yes" : "no") : withEmoji(String(value));
}

/** `picture-from` is another way to give `picture`. */
function plainName(name: string, command: CommandSummary | undefined): string {
  const short = name.endsWith(LINK_SUFFIX) ? name.slice(0, -LINK_SUFFIX.length) : name;
  return isPicture(command, short) ? short : name;
}

function isPicture(command: CommandSummary | undefined, name: string): boolean {
  return command?.options.some((option) => option.name === name && option.type === "picture") ?? false;
}
