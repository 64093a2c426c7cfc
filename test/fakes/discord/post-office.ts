/** Messages of the fake Discord: posted, edited, read, by the rules. */
import {
  type APIMessage,
  type APIUser,
  ChannelType,
  MessageFlags,
  MessageType,
  PermissionFlagsBits as P,
} from "discord-api-types/v10";
import sharp from "sharp";
import { ApiError, archived, invalid, missingAccess, missingPermissions, tooLarge, unknown } from "./api-error.js";
import { emptyMessage, type MessageForm, type Payload, readMessage, safeName } from "./forms.js";
import { type Cdn, messageJson } from "./serialise.js";
import {
  type FakeAttachment,
  type FakeChannel,
  type FakeMessage,
  isLoading,
  isThread,
  permissionsIn,
  uploadLimit,
  type World,
} from "./world.js";

const HOUR = 3_600_000;
/** Discord does not say how many; this is a guess that is small enough to be met. */
const LATE_EDITS = 10;
/** "In the past few minutes." */
const NONCE_MS = 5 * 60_000;

export interface PostOptions {
  readonly author: APIUser;
  readonly ephemeralFor?: string;
  readonly webhook?: string;
  readonly type?: MessageType;
  readonly flags?: number;
  readonly reference?: string;
}

export class PostOffice {
  constructor(
    readonly world: World,
    readonly cdn: Cdn,
    /** Whether the application has the privileged intent "Message Content" in the portal. */
    private readonly seesContent: () => boolean,
  ) {}

  /** A channel that the bot may do something in. @throws ApiError 10003, 50001, 50013 */
  channelFor(id: string, ...needed: readonly bigint[]): FakeChannel {
    const channel = this.world.channels.get(id);
    if (!channel) throw unknown("Channel");
    const allowed = permissionsIn(channel, this.world.bot.id);
    if ((allowed & P.ViewChannel) === 0n) throw missingAccess();
    if (needed.some((permission) => (allowed & permission) === 0n)) throw missingPermissions();
    return channel;
  }

  /** A message that the bot can address with its own token: no ephemeral ones. @throws ApiError 10008 */
  messageIn(channel: FakeChannel, id: string): FakeMessage {
    const message = this.world.messages.get(id);
    if (!message || message.channel !== channel || message.ephemeralFor !== undefined || isLoading(message))
      throw unknown("Message");
    return message;
  }

  json(message: FakeMessage): APIMessage {
    return messageJson(this.world, this.cdn, message, this.#isBare(message));
  }

  /** The bot posts with its token. */
  async post(channelId: string, payload: Payload): Promise<{ readonly message: FakeMessage; readonly isNew: boolean }> {
    const found = this.channelFor(channelId);
    const channel = this.channelFor(
      channelId,
      isThread(found) ? P.SendMessagesInThreads : P.SendMessages,
      ...(payload.files.length > 0 ? [P.AttachFiles] : []),
    );
    if (channel.type === ChannelType.GuildForum || channel.type === ChannelType.GuildCategory)
      throw new ApiError(400, 50008, "Cannot send messages in a non-text channel");
    if (channel.archived && channel.locked) throw archived();
    const form = readMessage(payload, false);
    if (form.enforceNonce && form.nonce === undefined) throw invalid("nonce", "enforce_nonce needs a nonce.");
    const twin = form.enforceNonce && this.#withNonce(form.nonce);
    if (twin) return { message: twin, isNew: false };
    // A message opens a thread that went to the archive.
    channel.archived = false;
    return { message: await this.add(channel, form, payload, { author: this.world.bot }), isNew: true };
  }

  async add(channel: FakeChannel, form: MessageForm, { files }: Payload, options: PostOptions): Promise<FakeMessage> {
    this.#checkSizes(channel, files);
    const attachments = await this.#store(form, files);
    if (!form.content && attachments.length === 0 && ((options.flags ?? 0) & MessageFlags.Loading) === 0)
      throw emptyMessage();
    const message: FakeMessage = {
      id: this.world.id(),
      channel,
      author: options.author,
      type: options.type ?? MessageType.Default,
      createdAt: this.world.now(),
      content: form.content ?? "",
      attachments,
      components: form.components ?? [],
      embeds: [],
      flags: (form.flags ?? 0) | (options.flags ?? 0),
      editedAt: null,
      lateEdits: 0,
      mentions: [...(form.mentioned ?? [])],
      reactions: new Map(),
      ...(form.nonce === undefined ? {} : { nonce: form.nonce }),
      ...(options.ephemeralFor === undefined ? {} : { ephemeralFor: options.ephemeralFor }),
      ...(options.webhook === undefined ? {} : { webhook: options.webhook }),
      ...(options.reference === undefined ? {} : { reference: options.reference }),
    };
    this.world.messages.set(message.id, message);
    return message;
  }

  /** The bot edits with its token. */
  async editAsBot(channelId: string, id: string, payload: Payload): Promise<FakeMessage> {
    const channel = this.channelFor(channelId);
    const message = this.messageIn(channel, id);
    if (message.author.id !== this.world.bot.id)
      throw new ApiError(403, 50005, "Cannot edit a message authored by another user");
    if (payload.files.length > 0) this.channelFor(channelId, P.AttachFiles);
    if (channel.archived) throw archived();
    if (this.world.now() - message.createdAt > HOUR && ++message.lateEdits > LATE_EDITS) {
      throw new ApiError(429, 30046, "Maximum number of edits to messages older than 1 hour reached. Try again later.");
    }
    return this.edit(message, payload, false);
  }

  /** New files are added to those that are there, unless `attachments` says which of those stay. */
  async edit(message: FakeMessage, payload: Payload, interaction: boolean): Promise<FakeMessage> {
    const form = readMessage(payload, interaction);
    this.#checkSizes(message.channel, payload.files);
    const added = await this.#store(form, payload.files);
    const kept =
      form.attachments === undefined
        ? message.attachments
        : message.attachments.filter(({ id }) => form.attachments?.some((entry) => entry.id === id));
    const content = form.content ?? message.content;
    if (content === "" && kept.length + added.length === 0) throw emptyMessage();
    if (kept.length + added.length > 10) throw invalid("attachments", "Must be 10 or fewer in length.");
    Object.assign(message, { content, attachments: [...kept, ...added] });
    if (form.components !== undefined) message.components = form.components;
    message.flags =
      (message.flags & ~MessageFlags.Loading & ~MessageFlags.SuppressEmbeds) |
      ((form.flags ?? message.flags) & MessageFlags.SuppressEmbeds);
    message.mentions = [...(form.mentioned ?? [])];
    message.editedAt = this.world.now();
    return message;
  }

  /** Newest first, as the bot may see them. */
  list(channelId: string, limit: number): APIMessage[] {
    const channel = this.channelFor(channelId);
    if ((permissionsIn(channel, this.world.bot.id) & P.ReadMessageHistory) === 0n) return [];
    const here = [...this.world.messages.values()].filter(
      (message) => message.channel === channel && message.ephemeralFor === undefined && !isLoading(message),
    );
    return here
      .slice(-limit)
      .reverse()
      .map((message) => this.json(message));
  }

  #withNonce(nonce: string | undefined): FakeMessage | undefined {
    const since = this.world.now() - NONCE_MS;
    const { id } = this.world.bot;
    return [...this.world.messages.values()].find(
      (message) => message.author.id === id && message.nonce === nonce && message.createdAt > since,
    );
  }

  #isBare({ channel, author, mentions }: FakeMessage): boolean {
    const { bot } = this.world;
    return !this.seesContent() && channel.guild !== undefined && author.id !== bot.id && !mentions.includes(bot.id);
  }

  #checkSizes({ guild, parent }: FakeChannel, files: Payload["files"]): void {
    const limit = uploadLimit(guild ?? parent?.guild);
    if (files.some(({ bytes }) => bytes.length > limit)) throw tooLarge();
  }

  async #store(form: MessageForm, files: Payload["files"]): Promise<FakeAttachment[]> {
    return Promise.all(
      files.map(async ({ key, name, type, bytes }) => {
        const entry = form.attachments?.find(({ id }) => key === `files[${id}]`);
        const size = await sharp(bytes)
          .metadata()
          .catch(() => undefined);
        return {
          id: this.world.id(),
          name: safeName(entry?.filename ?? name),
          type,
          bytes,
          ...(size?.width === undefined ? {} : { width: size.width, height: size.height }),
          ...(entry?.description === undefined ? {} : { description: entry.description }),
        };
      }),
    );
  }
}
