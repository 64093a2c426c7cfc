/** A person in the fake Discord, who can do what Discord's own program lets people do. */
import {
  type APIApplicationCommandBasicOption,
  type APIApplicationCommandOptionChoice,
  type APIInteraction,
  type APIUser,
  ApplicationCommandType,
  GatewayDispatchEvents as E,
  InteractionContextType,
  InteractionType,
  MessageType,
  ApplicationCommandOptionType as O,
  type RESTPostAPIApplicationCommandsJSONBody,
} from "discord-api-types/v10";
import type { ChannelRef, MessageRef } from "../../../src/domain/model.js";
import type { FakeInteraction } from "./interactions.js";
import type { SeenMessage } from "./seen.js";
import { attachmentJson, channelJson, memberJson, messageJson } from "./serialise.js";
import type { FakeDiscord } from "./server.js";
import {
  type FakeAttachment,
  type FakeChannel,
  type FakeMessage,
  isGuest,
  permissionsIn,
  uploadLimit,
} from "./world.js";

export interface UploadedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly type?: string;
  readonly spoiler?: boolean | undefined;
}

type Value = string | number | boolean;

/**
 * An interaction that was sent; `answered` resolves when the bot has said its first word, and rejects when Discord
 * gives up.
 */
export interface Sent {
  readonly interaction: FakeInteraction;
  readonly answered: Promise<void>;
}

export class FakeUser {
  constructor(
    private readonly fake: FakeDiscord,
    readonly user: APIUser,
  ) {}

  get id(): string {
    return this.user.id;
  }

  get name(): string {
    return this.user.global_name ?? this.user.username;
  }

  /** The place of this person's direct messages with the bot. */
  get direct(): ChannelRef {
    return this.fake.refOf(this.fake.directChannel(this.id));
  }

  /** Writes a message. */
  async post(
    channel: ChannelRef,
    text: string,
    files: readonly UploadedFile[] = [],
    more: Partial<Pick<FakeMessage, "v2" | "stickers" | "forwards" | "embeds" | "flags" | "type" | "reference">> = {},
  ): Promise<SeenMessage> {
    const attachments = files.map((file) => this.#file(file));
    const message: FakeMessage = {
      id: this.fake.world.id(),
      channel: this.fake.channelOf(channel),
      author: this.user,
      type: MessageType.Default,
      createdAt: this.fake.world.now(),
      content: text,
      attachments,
      components: [],
      embeds: [],
      flags: 0,
      editedAt: null,
      lateEdits: 0,
      mentions: [...text.matchAll(/<@!?(\d+)>/g)].map(([, id = ""]) => id),
      reactions: new Map(),
      ...more,
    };
    const { members } = message.channel;
    if (members) for (const mentioned of message.mentions) members.add(mentioned);
    if (message.mentions.includes(this.fake.world.bot.id) && members)
      this.fake.gateway.dispatch(E.ThreadCreate, channelJson(message.channel));
    this.fake.world.messages.set(message.id, message);
    const { guild } = message.channel;
    const member = guild?.members.get(this.id);
    const from = { guild_id: guild?.id, member: member && { ...memberJson(member), user: undefined } };
    this.fake.gateway.dispatch(E.MessageCreate, { ...this.fake.office.json(message), ...from }, guild === undefined);
    this.fake.changed();
    const seen = this.fake.message(message);
    if (!seen) throw new Error("The message is gone.");
    return seen;
  }

  /**
   * Uses a slash command. Values are checked as Discord's program does; attachments fill the command's attachment
   * options in their order, or the ones that are named.
   */
  command(
    ref: ChannelRef,
    name: string,
    options: Readonly<Record<string, Value>> = {},
    attachments: readonly UploadedFile[] | Readonly<Record<string, UploadedFile>> = [],
  ): Sent {
    const definition = this.#definition(ApplicationCommandType.ChatInput, name);
    const known = ("options" in definition ? (definition.options ?? []) : []) as APIApplicationCommandBasicOption[];
    const taking = known.filter(({ type }) => type === O.Attachment);
    const named = Array.isArray(attachments)
      ? (attachments as readonly UploadedFile[]).map(
          (file, i) => [taking[i]?.name ?? fail(`/${name} takes ${taking.length} files`), file] as const,
        )
      : Object.entries(attachments as Readonly<Record<string, UploadedFile>>);
    const files = named.map(([option, file]) => ({ option, file: this.#file(file) }));
    const given = [
      ...Object.entries(options).map(([key, value]) =>
        readOption(known.find((option) => option.name === key) ?? fail(`/${name} has no option ${key}`), value),
      ),
      ...files.map(({ option, file }) => ({ name: option, type: O.Attachment, value: file.id })),
    ];
    for (const { name: option, required } of known)
      if (required && !given.some((one) => one.name === option)) fail(`/${name} needs ${option}`);
    const channel = this.fake.channelOf(ref);
    this.#mustOffer(channel, definition);
    const { default_member_permissions: needed } = definition;
    const may = permissionsIn(channel, this.id);
    if (channel.guild && needed && !this.fake.offeredToAll.has(name) && (may & BigInt(needed)) !== BigInt(needed))
      fail(`/${name} is not offered to ${this.name} here.`);
    const json = Object.fromEntries(
      files.map(({ file }) => [file.id, attachmentJson(this.fake.world, this.fake.cdn, channel.id, file)]),
    );
    for (const { file } of files) this.fake.looseFiles.set(file.id, file);
    return this.#send(channel, InteractionType.ApplicationCommand, {
      id: "1",
      name,
      type: ApplicationCommandType.ChatInput,
      options: given,
      ...(files.length === 0 ? {} : { resolved: { attachments: json } }),
    });
  }

  /** Types in an option's value; resolves with the choices that are offered. */
  async complete(
    channel: ChannelRef,
    name: string,
    option: string,
    typed: string,
  ): Promise<readonly APIApplicationCommandOptionChoice<string>[]> {
    const definition = this.#definition(ApplicationCommandType.ChatInput, name);
    const known = ("options" in definition ? (definition.options ?? []) : []) as APIApplicationCommandBasicOption[];
    const one = known.find((candidate) => candidate.name === option) ?? fail(`/${name} has no option ${option}`);
    if ("choices" in one && one.choices)
      return one.choices.filter((choice) => choice.name.includes(typed)) as APIApplicationCommandOptionChoice<string>[];
    if (!("autocomplete" in one) || !one.autocomplete) fail(`${option} of /${name} offers no choices`);
    const options = [{ name: option, type: one.type, value: typed, focused: true }];
    const { interaction, answered } = this.#send(
      this.fake.channelOf(channel),
      InteractionType.ApplicationCommandAutocomplete,
      {
        id: "1",
        name,
        type: ApplicationCommandType.ChatInput,
        options,
      },
    );
    await answered;
    return interaction.choices ?? [];
  }

  /** Chooses from a message's menu: Apps > title. */
  shortcut(message: Pick<MessageRef, "id">, title: string): Sent {
    const target = this.#message(message);
    this.#mustOffer(target.channel, this.#definition(ApplicationCommandType.Message, title));
    // The whole message, whatever the application may see otherwise.
    const json = messageJson(this.fake.world, this.fake.cdn, target, false);
    const data = {
      id: "1",
      name: title,
      type: ApplicationCommandType.Message,
      target_id: target.id,
      resolved: { messages: { [target.id]: json } },
    };
    return this.#send(target.channel, InteractionType.ApplicationCommand, data);
  }

  /** Chooses from a person's menu, in the place where they are seen. */
  personShortcut(ref: ChannelRef, { id, user }: FakeUser, title: string): Sent {
    const channel = this.fake.channelOf(ref);
    this.#mustOffer(channel, this.#definition(ApplicationCommandType.User, title));
    const member = channel.guild?.members.get(id);
    const resolved = { users: { [id]: user }, ...(member ? { members: { [id]: memberJson(member) } } : {}) };
    const data = { id: "1", name: title, type: ApplicationCommandType.User, target_id: id, resolved };
    return this.#send(channel, InteractionType.ApplicationCommand, data);
  }

  /** Fills in the form that an interaction was answered with. */
  submit({ interaction }: Sent, values: Readonly<Record<string, string>>): Sent {
    const { modal } = interaction;
    if (!modal) return fail("There is no form.");
    const components = (
      modal.components as readonly {
        readonly type: number;
        readonly components: readonly {
          readonly type: number;
          readonly custom_id: string;
          readonly required?: boolean;
        }[];
      }[]
    ).map((row) => ({
      type: row.type,
      components: row.components.map(({ type, custom_id, required }) => {
        const value = values[custom_id] ?? "";
        if (required && value === "") fail(`The form needs ${custom_id}.`);
        return { type, custom_id, value };
      }),
    }));
    return this.#send(interaction.channel, InteractionType.ModalSubmit, { custom_id: modal.custom_id, components });
  }

  /** Presses a button, by its label or its id. */
  press(message: Pick<MessageRef, "id">, button: string): Sent {
    const target = this.#message(message);
    const found = this.fake.message(target)?.buttons.find(({ id, label }) => id === button || label === button);
    if (!found) return fail(`The message has no button ${button}: ${target.content}`);
    const data = { custom_id: found.id, component_type: 2 };
    return this.#send(target.channel, InteractionType.MessageComponent, data, target);
  }

  react(message: Pick<MessageRef, "id">, emoji: string): void {
    const target = this.#message(message);
    // A sign is the same with and without the selector that makes it colourful.
    const same = [...target.reactions.keys()].find(
      (known) => known.replaceAll("\ufe0f", "") === emoji.replaceAll("\ufe0f", ""),
    );
    this.fake.addReaction(target, same ?? emoji, this.id);
  }

  unreact(message: Pick<MessageRef, "id">, emoji: string): void {
    const target = this.#message(message);
    const same = [...target.reactions.keys()].find(
      (known) => known.replaceAll("\ufe0f", "") === emoji.replaceAll("\ufe0f", ""),
    );
    this.fake.removeReaction(target, same ?? emoji, this.id);
  }

  /** Clears a message of all its reactions, or of one emoji, as moderators can. */
  clear(message: Pick<MessageRef, "id">, emoji?: string): void {
    this.fake.clearReactions(this.#message(message), emoji);
  }

  /** Deletes a message, as a moderator or its author does. */
  remove(message: Pick<MessageRef, "id">): void {
    this.fake.deleteMessage(this.#message(message));
  }

  #file({ name, bytes, type, spoiler = false }: UploadedFile): FakeAttachment {
    const shown = spoiler ? `SPOILER_${name}` : name;
    const kinds: Readonly<Record<string, string>> = {
      png: "image/png",
      jpg: "image/jpeg",
      webp: "image/webp",
      gif: "image/gif",
      txt: "text/plain",
    };
    return {
      id: this.fake.world.id(),
      name: shown,
      type: type ?? kinds[name.split(".").at(-1) ?? ""] ?? "application/octet-stream",
      bytes: Buffer.from(bytes),
    };
  }

  #message({ id }: Pick<MessageRef, "id">): FakeMessage {
    return this.fake.world.messages.get(id) ?? fail(`There is no message ${id}.`);
  }

  #definition(type: ApplicationCommandType, name: string) {
    const found = this.fake.commands.find(
      (command) => command.name === name && (command.type ?? ApplicationCommandType.ChatInput) === type,
    );
    return found ?? fail(`${name} is not registered.`);
  }

  /** @throws Error where Discord's program offers no such command */
  #mustOffer(channel: FakeChannel, { integration_types, contexts }: RESTPostAPIApplicationCommandsJSONBody): void {
    const { world } = this.fake;
    const install = isGuest(channel, world) ? 1 : 0;
    const context = channel.guild ? 0 : channel.group ? 2 : 1;
    if (!integration_types?.includes(install)) fail("This command is not for those who install the bot themselves.");
    if (!contexts?.includes(context)) fail("This command is not offered in such a place.");
  }

  #send(channel: FakeChannel, type: InteractionType, data: object, on?: FakeMessage): Sent {
    const { world, gateway } = this.fake;
    const id = world.id();
    let onAnswer: () => void = () => undefined;
    const answered = new Promise<void>((resolve, reject) => {
      onAnswer = resolve;
      setTimeout(() => reject(new Error("The application did not respond.")), 4_000).unref();
    });
    answered.catch(() => undefined);
    const interaction: FakeInteraction = {
      id,
      token: `token-${id}`,
      type,
      user: this.id,
      channel,
      at: world.now(),
      onAnswer,
      ...(on ? { on } : {}),
    };
    this.fake.interactions.add(interaction);
    gateway.dispatch(E.InteractionCreate, this.#json(interaction, data));
    return { interaction, answered };
  }

  #json({ id, token, type, channel, on }: FakeInteraction, data: object): APIInteraction {
    const { world } = this.fake;
    const guild = channel.guild;
    const member = guild?.members.get(this.id);
    const permissions = String(permissionsIn(channel, this.id));
    const who =
      guild && member
        ? {
            guild_id: guild.id,
            guild: { id: guild.id, locale: "en-US", features: [] },
            guild_locale: "en-US",
            member: { ...memberJson(member), permissions },
          }
        : { user: this.user };
    return {
      id,
      application_id: world.appId,
      type,
      token,
      version: 1,
      locale: "en-US",
      entitlements: [],
      data,
      channel_id: channel.id,
      channel: { ...channelJson(channel), permissions },
      app_permissions: String(permissionsIn(channel, world.bot.id)),
      authorizing_integration_owners: isGuest(channel, world) ? { 1: this.id } : { 0: guild?.id ?? "0" },
      context: guild
        ? InteractionContextType.Guild
        : channel.group
          ? InteractionContextType.PrivateChannel
          : InteractionContextType.BotDM,
      attachment_size_limit: uploadLimit(guild),
      ...who,
      ...(on ? { message: messageJson(world, this.fake.cdn, on, false) } : {}),
    } as unknown as APIInteraction;
  }
}

/** What was typed as text becomes what the option takes, as Discord's program does it. */
function typedValue(type: O, value: Value): Value {
  if (typeof value !== "string") return value;
  if ((type === O.Integer || type === O.Number) && value.trim() !== "" && Number.isFinite(Number(value)))
    return Number(value);
  return type === O.Boolean && (value === "true" || value === "false") ? value === "true" : value;
}

function readOption(option: APIApplicationCommandBasicOption, typed: Value): { name: string; type: O; value: Value } {
  const { name, type } = option;
  const value = typedValue(type, typed);
  const wrong = (what: string): never => fail(`${name} takes ${what}, not ${String(value)}.`);
  if (type === O.Boolean && typeof value !== "boolean") wrong("true or false");
  if ((type === O.Integer || type === O.Number) && typeof value !== "number") wrong("a number");
  if (type === O.Integer && !Number.isInteger(value)) wrong("a whole number");
  if (type === O.String && typeof value !== "string") wrong("text");
  if (type === O.Attachment) wrong("a file");
  if ("min_value" in option && option.min_value !== undefined && Number(value) < option.min_value)
    wrong(`${option.min_value} at least`);
  if ("max_value" in option && option.max_value !== undefined && Number(value) > option.max_value)
    wrong(`${option.max_value} at most`);
  if ("choices" in option && option.choices && !option.choices.some((choice) => choice.value === value))
    wrong("one of its choices");
  return { name, type, value };
}

function fail(what: string): never {
  throw new Error(what);
}
