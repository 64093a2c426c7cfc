import {
  type APIChatInputApplicationCommandInteraction,
  type APIInteraction,
  type APIMessageApplicationCommandInteraction,
  type APIMessageComponentInteraction,
  type APIUserApplicationCommandInteraction,
  ApplicationCommandType,
  InteractionType,
} from "discord.js";
import { LRUCache } from "lru-cache";
import { MessageMenus } from "./message-menus.js";
import { type InteractionParts, Reporter } from "./reporter.js";
import { SlashCommands } from "./slash-commands.js";
import { UserMenus } from "./user-menus.js";
import { userOfInteraction } from "./users.js";

/** An interaction that comes twice has the same id; within this time it is recognised. */
const SAME_MS = 15 * 60_000;
const REMEMBERED = 10_000;

/** Turns Discord's interactions into the port's events: commands, message menus, forms, buttons, completion. */
export class Interactions {
  readonly #seen = new LRUCache<string, true>({ max: REMEMBERED, ttl: SAME_MS });
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
      await this.#take(interaction);
    } catch (error) {
      this.parts.logger.error({ err: error, interaction: interaction.id }, "an interaction could not be dealt with");
    }
  }

  async #take(interaction: APIInteraction): Promise<void> {
    switch (interaction.type) {
      case InteractionType.ApplicationCommandAutocomplete:
        return this.#commands.complete(interaction);
      case InteractionType.ApplicationCommand:
        // The kind may be left out of the most frequent one.
        if ((interaction.data.type ?? ApplicationCommandType.ChatInput) === ApplicationCommandType.ChatInput) {
          return this.#commands.run(interaction as APIChatInputApplicationCommandInteraction);
        }
        if (interaction.data.type === ApplicationCommandType.Message) {
          return this.#menus.run(interaction as APIMessageApplicationCommandInteraction);
        }
        if (interaction.data.type === ApplicationCommandType.User) {
          return this.#users.run(interaction as APIUserApplicationCommandInteraction);
        }
        return;
      case InteractionType.MessageComponent:
        return this.#pressed(interaction);
      case InteractionType.ModalSubmit:
        return this.#menus.submitted(interaction);
    }
  }

  async #pressed(interaction: APIMessageComponentInteraction): Promise<void> {
    const user = userOfInteraction(interaction);
    if (!user) return;
    const answer = this.#reporter.answer(interaction).acknowledge();
    const channel = await this.#reporter.locate(interaction);
    await this.parts.handlers.event({
      kind: "action",
      action: interaction.data.custom_id,
      message: { channel, id: interaction.message.id },
      user,
      reply: (message, visibility) => answer.reply(message, visibility),
    });
  }
}
