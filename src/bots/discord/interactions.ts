import {
  type APIApplicationCommandAutocompleteInteraction,
  type APIApplicationCommandInteractionDataBasicOption,
  type APIApplicationCommandInteractionDataOption,
  type APIChatInputApplicationCommandInteraction,
  type APIInteraction,
  type APIMessageApplicationCommandInteraction,
  type APIMessageComponentInteraction,
  type APIModalSubmitInteraction,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  InteractionResponseType,
  InteractionType,
  Routes,
} from "discord.js";
import { LRUCache } from "lru-cache";
import type { ChannelRef } from "../../domain/channel.js";
import type { MessageRef } from "../../domain/message.js";
import type { Member } from "../../domain/user.js";
import type { ChatHandlers } from "../../port/adapter.js";
import type { Completion } from "../../port/commands.js";
import type { CommandEvent } from "../../port/events.js";
import type { PictureSource } from "../../port/messages.js";
import { withTimeout } from "../../shared/timeout.js";
import { Answer, type AnswerParts } from "./answer.js";
import { type Channels, DIRECT, PLATFORM } from "./channels.js";
import { choicesFor, LINK_SUFFIX, SECOND_SUFFIX } from "./definitions.js";
import { readPermissions, whatIsMissing } from "./permissions.js";
import type { Pictures } from "./pictures.js";
import { formOf, readForm, readFormId } from "./shortcuts.js";
import { userOfInteraction } from "./users.js";

interface InteractionParts extends AnswerParts {
  readonly handlers: ChatHandlers;
  readonly channels: Channels;
  readonly pictures: Pictures;
  /** The id of the bot's application, for interactions that do not say it. */
  readonly self: () => string;
}

/** An interaction that comes twice has the same id; within this time it is known. */
const SAME_MS = 15 * 60_000;
const REMEMBERED = 10_000;
/** Forms that people are filling in, with the pictures of the message that they are about. */
const FORMS = 500;
/** Completion that takes longer than Discord waits helps nobody. */
const COMPLETE_MS = 2_500;

type Command = APIChatInputApplicationCommandInteraction | APIMessageApplicationCommandInteraction;
type Answered = Command | APIMessageComponentInteraction | APIModalSubmitInteraction;

/** Turns Discord's interactions into the port's events: commands, message menus, forms, buttons, completion. */
export class Interactions {
  readonly #seen = new LRUCache<string, true>({ max: REMEMBERED, ttl: SAME_MS });
  readonly #forms = new LRUCache<string, readonly PictureSource[]>({ max: FORMS, ttl: SAME_MS });

  constructor(private readonly parts: InteractionParts) {}

  /** Never rejects. */
  async take(interaction: APIInteraction): Promise<void> {
    try {
      if (this.#seen.has(interaction.id)) return;
      this.#seen.set(interaction.id, true);
      await this.#take(interaction);
    } catch (error) {
      this.parts.logger.error({ err: error, interaction: interaction.id }, "an interaction could not be dealt with");
    }
  }

  async #take(interaction: APIInteraction): Promise<void> {
    switch (interaction.type) {
      case InteractionType.ApplicationCommandAutocomplete:
        return this.#complete(interaction);
      case InteractionType.ApplicationCommand:
        // The kind may be left out of the most frequent one.
        if ((interaction.data.type ?? ApplicationCommandType.ChatInput) === ApplicationCommandType.ChatInput) {
          return this.#command(interaction as APIChatInputApplicationCommandInteraction);
        }
        if (interaction.data.type === ApplicationCommandType.Message) {
          return this.#shortcut(interaction as APIMessageApplicationCommandInteraction);
        }
        return;
      case InteractionType.MessageComponent:
        return this.#action(interaction);
      case InteractionType.ModalSubmit:
        return this.#form(interaction);
    }
  }

  async #command(interaction: APIChatInputApplicationCommandInteraction): Promise<void> {
    const { handlers, pictures } = this.parts;
    const user = userOfInteraction(interaction);
    if (!user) return;
    const { name, options, resolved } = interaction.data;
    const given = options ?? [];
    const summary = handlers.commands.find((command) => command.name === name);
    const values: Record<string, string> = {};
    const attached = new Map<string, PictureSource>();
    for (const option of given) {
      if (!hasValue(option)) continue;
      const file = resolved?.attachments?.[String(option.value)];
      if (
        option.type === ApplicationCommandOptionType.Attachment ||
        (file && isPictureOption(option.name, summary?.options ?? []))
      ) {
        if (file) attached.set(option.name, pictures.ofOption(file, user));
      } else values[plainName(option.name, summary?.options ?? [])] = textOf(option);
    }
    const second = [...attached].filter(([key]) => key.endsWith(SECOND_SUFFIX));
    const first = [...attached].filter(([key]) => !key.endsWith(SECOND_SUFFIX));
    await this.#report(interaction, user, async (answer) => {
      if (second.length > 0 && first.length === 0) {
        const [[option = ""] = []] = second;
        await answer.reply(
          { text: `\`${option}\` goes with \`${option.slice(0, -SECOND_SUFFIX.length)}\`: please attach both.` },
          "private",
        );
        return undefined;
      }
      return { name, options: values, attachments: [...first, ...second].map(([, source]) => source) };
    });
  }

  /** "Apps > Dream this": Discord hands over the whole message, whatever the bot may see of it otherwise. */
  async #shortcut(interaction: APIMessageApplicationCommandInteraction): Promise<void> {
    const { handlers, pictures, calls } = this.parts;
    const { name, resolved, target_id: id } = interaction.data;
    const shortcut = handlers.shortcuts.find(({ title }) => title === name);
    const user = userOfInteraction(interaction);
    if (!shortcut || !user) return;
    const asking = shortcut.ask.length > 0;
    const channelId = channelIdOf(interaction);
    const unplaced = { platform: PLATFORM, community: this.#guildOf(interaction) ?? DIRECT, id: channelId };
    // A form must be the very first answer, so where the message is, is found out afterwards.
    const channel = asking ? unplaced : await this.#locate(interaction);
    const ref = (where: ChannelRef): MessageRef => ({ channel: where, id });
    const message = resolved?.messages?.[id] ?? (await pictures.message(ref(channel)).catch(() => undefined));
    const attachments = message ? pictures.ofMessage(message, ref(channel)) : [];
    if (attachments.length === 0) {
      const answer = this.#answer(interaction).expect();
      await answer.reply({ text: "There is no picture in that message that I could use." }, "private");
      return;
    }
    if (!asking) {
      return this.#report(interaction, user, async (_answer, where) => ({
        name: shortcut.command,
        options: shortcut.options,
        attachments,
        repliesTo: ref(where),
      }));
    }
    const form = formOf(
      shortcut,
      id,
      handlers.commands.find(({ name }) => name === shortcut.command),
    );
    this.#forms.set(`${user.id} ${form.custom_id}`, attachments);
    await calls.run({
      method: "POST",
      route: Routes.interactionCallback(interaction.id, interaction.token),
      auth: false,
      ms: 2_900,
      body: { type: InteractionResponseType.Modal, data: form },
      doing: "discord.doing.form",
    });
  }

  async #form(interaction: APIModalSubmitInteraction): Promise<void> {
    const { handlers } = this.parts;
    const about = readFormId(interaction.data.custom_id);
    const shortcut = about && handlers.shortcuts.find(({ id }) => id === about.shortcut);
    const user = userOfInteraction(interaction);
    if (!shortcut || !user) return;
    // After a restart they are looked for in the message itself, as far as the bot may see it.
    const attachments = this.#forms.get(`${user.id} ${interaction.data.custom_id}`) ?? [];
    const options = { ...shortcut.options, ...readForm(interaction.data) };
    await this.#report(interaction, user, async (_answer, channel) => ({
      name: shortcut.command,
      options,
      attachments,
      repliesTo: { channel, id: about.about },
    }));
  }

  async #action(interaction: APIMessageComponentInteraction): Promise<void> {
    const { handlers } = this.parts;
    const user = userOfInteraction(interaction);
    if (!user) return;
    const answer = this.#answer(interaction).acknowledge();
    const channel = await this.#locate(interaction);
    await handlers.event({
      kind: "action",
      action: interaction.data.custom_id,
      message: { channel, id: interaction.message.id },
      user,
      reply: (message, visibility) => answer.reply(message, visibility),
    });
  }

  /** Hands a command to the program, unless its answers could not be shown here. */
  async #report(
    interaction: Answered,
    user: Member,
    read: (
      answer: Answer,
      channel: ChannelRef,
    ) => Promise<Pick<CommandEvent, "name" | "options" | "attachments" | "repliesTo"> | undefined>,
  ): Promise<void> {
    const { handlers, channels } = this.parts;
    const answer = this.#answer(interaction).expect();
    const channel = await this.#locate(interaction);
    channels.noteUploadBytes(channel.community, interaction.attachment_size_limit);
    const obstacle = channel.community === DIRECT ? undefined : this.#obstacle(interaction, channel);
    if (obstacle !== undefined) {
      await answer.reply({ text: obstacle }, "private");
      return;
    }
    const command = await read(answer, channel);
    if (!command) return;
    const { options, ...rest } = command;
    const reply: CommandEvent["reply"] = (message, visibility) => answer.reply(message, visibility);
    await handlers.event({ kind: "command", ...rest, ...(options ? { options } : {}), user, channel, reply });
  }

  /** Why nothing could be shown here: as Discord says with the command, unless the gateway has told otherwise. */
  #obstacle({ app_permissions }: Answered, channel: ChannelRef): string | undefined {
    const told = readPermissions(app_permissions);
    const missing = whatIsMissing(told, channel.thread !== undefined);
    if (missing === undefined && told?.bitfield !== 0n) return undefined;
    // Not every server computes them for each command: what its roles and channels say counts more. One that tells of neither is tried.
    const { channels } = this.parts;
    const known = channels.permissionsIn(channel);
    return known || channels.isMember(channel) ? whatIsMissing(known, channel.thread !== undefined) : missing;
  }

  #answer(interaction: Answered): Answer {
    const { id, token, application_id } = interaction;
    const applicationId = application_id ?? this.parts.self();
    const user = (interaction.member?.user ?? interaction.user)?.id ?? "";
    return new Answer({ id, token, applicationId, user, channel: this.#locate(interaction) }, this.parts);
  }

  async #locate(interaction: APIInteraction): Promise<ChannelRef> {
    const { channels } = this.parts;
    const guild = this.#guildOf(interaction);
    if (interaction.channel) channels.noteChannel(interaction.channel, guild);
    return channels.locate(channelIdOf(interaction), guild);
  }

  #guildOf(interaction: APIInteraction): string | undefined {
    return this.parts.channels.guildOf(channelIdOf(interaction), interaction.guild_id ?? interaction.guild?.id);
  }

  async #complete(interaction: APIApplicationCommandAutocompleteInteraction): Promise<void> {
    const { handlers, calls, logger } = this.parts;
    const user = userOfInteraction(interaction);
    const option = (interaction.data.options ?? [])
      .filter(hasValue)
      .find((known) => "focused" in known && known.focused === true);
    if (!user || !option) return;
    const channel = await this.#locate(interaction);
    const request = { command: interaction.data.name, option: option.name, user, channel };
    const operation = completeLastWord(String(option.value), (typed) => handlers.complete({ ...request, typed })).catch(
      (error: unknown) => {
        logger.warn({ err: error, ...request }, "an option could not be completed");
        return [];
      },
    );
    const choices = choicesFor(await withTimeout(operation, COMPLETE_MS, () => []));
    const body = { type: InteractionResponseType.ApplicationCommandAutocompleteResult, data: { choices } };
    try {
      const route = Routes.interactionCallback(interaction.id, interaction.token);
      await calls.run({ method: "POST", route, auth: false, body, ms: 2_900, doing: "discord.doing.choices" });
    } catch (error) {
      // The person types on, and asks anew with each letter.
      logger.debug({ err: error }, "choices came too late");
    }
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
  return typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
}

/** `picture-from` is another way to give `picture`. */
function plainName(name: string, options: readonly { readonly name: string; readonly type: string }[]): string {
  const short = name.endsWith(LINK_SUFFIX) ? name.slice(0, -LINK_SUFFIX.length) : name;
  return options.some((option) => option.name === short && option.type === "picture") ? short : name;
}

function isPictureOption(name: string, options: readonly { readonly name: string; readonly type: string }[]): boolean {
  const plain = name.endsWith(SECOND_SUFFIX) ? name.slice(0, -SECOND_SUFFIX.length) : name;
  return options.some((option) => option.name === plain && option.type === "picture");
}

function channelIdOf(interaction: APIInteraction): string {
  return interaction.channel?.id ?? ("channel_id" in interaction ? (interaction.channel_id ?? "") : "");
}
