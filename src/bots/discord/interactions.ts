import {
  type APIChatInputApplicationCommandInteraction,
  type APIInteraction,
  type APIMessageApplicationCommandInteraction,
  type APIMessageComponentInteraction,
  type APIUserApplicationCommandInteraction,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  InteractionType,
} from "discord.js";
import { LRUCache } from "lru-cache";
import type { Receipt } from "../../port/events.js";
import type { Tell } from "../inbox.js";
import { REDELIVERED } from "./limits.js";
import { MessageMenus } from "./message-menus.js";
import { channelIdOf, type DiscordUnread, type InteractionParts, Reporter } from "./reporter.js";
import { SlashCommands } from "./slash-commands.js";
import { UserMenus } from "./user-menus.js";

/** Turns Discord's interactions into the port's events: commands, message menus, forms, buttons, completion. */
export class Interactions {
  readonly #seen = new LRUCache<string, true>(REDELIVERED);
  readonly #reporter: Reporter;
  readonly #commands: SlashCommands;
  readonly #menus: MessageMenus;
  readonly #users: UserMenus;

  constructor(private readonly parts: InteractionParts) {
    this.#reporter = new Reporter(parts);
    this.#commands = new SlashCommands(this.#reporter);
    this.#menus = new MessageMenus(this.#reporter);
    this.#users = new UserMenus(this.#reporter);
  }

  /** Never rejects. */
  async take(interaction: APIInteraction): Promise<void> {
    try {
      if (this.#seen.has(interaction.id)) return;
      this.#seen.set(interaction.id, true);
      // Nothing is lost with choices that come too late.
      if (interaction.type === InteractionType.ApplicationCommandAutocomplete)
        return await this.#commands.complete(interaction);
      const receipt = this.parts.inbox.take(unreadOf(interaction));
      await this.#take(interaction, receipt).finally(receipt.settle);
    } catch (error) {
      this.parts.logger.error({ err: error, interaction: interaction.id }, "an interaction could not be dealt with");
    }
  }

  async #take(interaction: APIInteraction, receipt: Receipt): Promise<void> {
    switch (interaction.type) {
      case InteractionType.ApplicationCommand:
        // The kind may be left out of the most frequent one.
        if ((interaction.data.type ?? ApplicationCommandType.ChatInput) === ApplicationCommandType.ChatInput) {
          return this.#commands.run(interaction as APIChatInputApplicationCommandInteraction, receipt);
        }
        if (interaction.data.type === ApplicationCommandType.Message) {
          return this.#menus.run(interaction as APIMessageApplicationCommandInteraction, receipt);
        }
        if (interaction.data.type === ApplicationCommandType.User) {
          return this.#users.run(interaction as APIUserApplicationCommandInteraction, receipt);
        }
        return;
      case InteractionType.MessageComponent:
        return this.#pressed(interaction, receipt);
      case InteractionType.ModalSubmit:
        return this.#menus.submitted(interaction, receipt);
    }
  }

  /** Tells those whose interactions the last process had taken, and not dealt with when it was killed. */
  async resume(signal: AbortSignal): Promise<void> {
    const { handlers, inbox } = this.parts;
    const tell: Tell<DiscordUnread> = ({ unread, at }, text) =>
      this.#reporter.late(unread, at).reply({ text }, "private");
    await inbox.answer(handlers, tell, signal);
  }

  async #pressed(interaction: APIMessageComponentInteraction, receipt: Receipt): Promise<void> {
    const user = this.#reporter.userOf(interaction);
    if (!user) return;
    const answer = this.#reporter.answer(interaction).acknowledge();
    const channel = await this.#reporter.locate(interaction);
    await this.parts.handlers.event({
      kind: "action",
      action: interaction.data.custom_id,
      message: { channel, id: interaction.message.id },
      user,
      receipt,
      obstacle: this.#reporter.obstacle(interaction, channel),
      reply: (message, visibility) => answer.reply(message, visibility),
    });
  }
}

/** What is kept of an interaction until it is dealt with. */
function unreadOf(interaction: Exclude<APIInteraction, { type: InteractionType.ApplicationCommandAutocomplete }>) {
  const { id, token, application_id, member, user = member?.user } = interaction;
  return {
    what: interaction.type === InteractionType.MessageComponent ? "button" : "command",
    line: lineOf(interaction),
    id,
    token,
    applicationId: application_id,
    user: user?.id ?? "",
    channel: channelIdOf(interaction),
    guild: interaction.guild_id ?? interaction.guild?.id,
  } satisfies DiscordUnread;
}

/** A typed command as it was typed, without its files. */
function lineOf({ type, data }: APIInteraction): string | undefined {
  if (type !== InteractionType.ApplicationCommand || !data || !("name" in data)) return undefined;
  const options = "options" in data ? (data.options ?? []) : [];
  const given = options.flatMap((option) => {
    const typed = "value" in option && option.type !== ApplicationCommandOptionType.Attachment;
    return typed ? [`${option.name}:${option.value}`] : [];
  });
  return [`/${data.name}`, ...given].join(" ");
}
