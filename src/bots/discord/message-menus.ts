import {
  type APIMessageApplicationCommandInteraction,
  type APIModalSubmitInteraction,
  InteractionResponseType,
  Routes,
} from "discord.js";
import { LRUCache } from "lru-cache";
import type { ChannelRef, MessageRef } from "../../domain/model.js";
import type { Receipt } from "../../port/events.js";
import type { PictureSource } from "../../port/messages.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { DIRECT, PLATFORM } from "./channels.js";
import { channelIdOf, type Reporter } from "./reporter.js";
import { formOf, readForm, readFormId } from "./shortcuts.js";

/** Open forms, with the images of the message that they are about. */
const FORMS = 500;
const FORM_MS = 15 * 60_000;

/** Commands in the menus of messages ("Apps > Dream this"), and the forms that ask for their options. */
export class MessageMenus {
  readonly #forms = new LRUCache<string, readonly PictureSource[]>({ max: FORMS, ttl: FORM_MS });

  constructor(private readonly reporter: Reporter) {}

  /** Discord hands over the whole message, whatever the bot may see of it otherwise. */
  async run(interaction: APIMessageApplicationCommandInteraction, receipt: Receipt): Promise<void> {
    const { handlers, pictures, calls } = this.reporter.parts;
    const { name, resolved, target_id: id } = interaction.data;
    const shortcut = handlers.shortcuts.find(({ title }) => title === name);
    const user = this.reporter.userOf(interaction);
    if (!shortcut || !user) return;
    // A form must be the very first answer, so the channel is located afterwards.
    const community = this.reporter.guildOf(interaction) ?? DIRECT;
    const nearby = { platform: PLATFORM, community, id: channelIdOf(interaction) };
    const { command, options } = shortcut;
    const refused = handlers.refuses?.({ name: command, user, channel: nearby }) === true;
    const summary = handlers.commands.find((known) => known.name === command);
    const ref = (channel: ChannelRef): MessageRef => ({ channel, id });
    const handed = resolved?.messages?.[id];
    const count = handed ? pictures.ofMessage(handed, ref(nearby)).length : 0;
    const form = formOf(shortcut, { about: id, command: summary, pictures: count });
    const asking = form !== undefined && !refused;
    const about = ref(asking ? nearby : await this.reporter.locate(interaction));
    const message = handed ?? (await pictures.message(about).catch(() => undefined));
    const pointedAt = message ? pictures.ofMessage(message, about) : undefined;
    if (!pointedAt?.length && (summary?.options.some(({ type }) => type === "picture") ?? true)) {
      const answer = this.reporter.answer(interaction).expect();
      await answer.reply({ text: sentence("chat.no-image") }, "private");
      return;
    }
    if (!asking) {
      return this.reporter.command(interaction, receipt, user, async (channel) => ({
        name: command,
        options,
        attachments: [],
        pointedAt,
        repliesTo: ref(channel),
      }));
    }
    if (pointedAt) this.#forms.set(`${user.id} ${form.custom_id}`, pointedAt);
    await calls.run({
      method: "POST",
      route: Routes.interactionCallback(interaction.id, interaction.token),
      auth: false,
      ms: 2_900,
      body: { type: InteractionResponseType.Modal, data: form },
      doing: "discord.doing.form",
    });
  }

  async submitted(interaction: APIModalSubmitInteraction, receipt: Receipt): Promise<void> {
    const { custom_id } = interaction.data;
    const form = readFormId(custom_id);
    const shortcut = form && this.reporter.parts.handlers.shortcuts.find(({ id }) => id === form.shortcut);
    const user = this.reporter.userOf(interaction);
    if (!shortcut || !user) return;
    // After a restart they are looked for in the message itself, as far as the bot may see it.
    const pointedAt = this.#forms.get(`${user.id} ${custom_id}`);
    const options = { ...shortcut.options, ...readForm(interaction.data) };
    await this.reporter.command(interaction, receipt, user, async (channel) => ({
      name: shortcut.command,
      options,
      attachments: [],
      pointedAt,
      repliesTo: { channel, id: form.about },
    }));
  }
}
