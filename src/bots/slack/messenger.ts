import { LRUCache } from "lru-cache";
import type { Logger } from "pino";
import type { ChannelRef, MessageRef } from "../../domain/model.js";
import { ChatError } from "../../port/chat-error.js";
import { isPreview, type OutgoingMessage, type Picture } from "../../port/messages.js";
import { retryWithBackoff } from "../../shared/async.js";
import type { CommandNames } from "./command-names.js";
import { Edits } from "./edits.js";
import { codeOf, isKind, outcomeUnknown } from "./errors.js";
import { type Files, fitsBlock, notReadyYet, refusesBlocks } from "./files.js";
import { findMessage, newest } from "./history.js";
import type { SlackLimits } from "./limits.js";
import { type Metadata, type SlackMessage, unknownFile, writeMetadata } from "./messages.js";
import type { Newest } from "./newest.js";
import { render, type ShownImage } from "./render.js";
import type { CallOptions, Workspace } from "./workspace.js";

/** What is known of a message of the bot's own, as long as it is remembered. */
interface Own {
  readonly thread: string | undefined;
  readonly images: readonly ShownImage[];
  readonly metadata: Metadata;
}

const REMEMBERED = 5_000;
/** How long a file may be what is wrong with a message, where that is only a guess. */
const GUESS_MS = 5_000;
/** Of keys that may have been posted without an answer, and of keys that have been. */
const KEYS = 2_000;

/** Posts, edits and removes the bot's messages in any workspace. */
export class Messenger {
  readonly #own = new LRUCache<string, Own>({ max: REMEMBERED });
  readonly #posted = new LRUCache<string, MessageRef>({ max: KEYS });
  /** With the files that the message shows, if it is there. */
  readonly #doubtful = new LRUCache<string, readonly string[]>({ max: KEYS });
  readonly #edits = new Edits();
  /** Workspaces whose server shows no files in blocks: images are shared as files of their own there. */
  readonly #asFiles = new WeakSet<Workspace>();

  constructor(
    private readonly files: Files,
    private readonly newest: Newest,
    private readonly names: CommandNames,
    private readonly limits: SlackLimits,
    private readonly logger: Logger,
  ) {}

  /** The thread of a message that the bot has posted since it started; "none" for one in no thread. */
  threadOf(workspace: Workspace, channelId: string, id: string): string | "none" | undefined {
    const own = this.#own.get(messageKey(workspace, channelId, id));
    return own && (own.thread ?? "none");
  }

  async post(workspace: Workspace, channel: ChannelRef, message: OutgoingMessage): Promise<MessageRef> {
    return this.#showing(workspace, message, (asFiles) => this.#post(workspace, channel, message, asFiles));
  }

  async #post(
    workspace: Workspace,
    channel: ChannelRef,
    message: OutgoingMessage,
    asFiles: boolean,
  ): Promise<MessageRef> {
    const { key, trace: job } = message;
    const { thread } = channel;
    const name = key === undefined ? undefined : `${workspace.self.team} ${channel.id} ${thread ?? ""} ${key}`;
    const earlier = name === undefined ? undefined : await this.#postedEarlier(workspace, channel, message, name);
    if (earlier) return earlier;
    const { images, films } = await this.#upload(workspace, channel, message.pictures ?? [], asFiles, { job });
    const metadata: Metadata = { key, films };
    const own = { thread, images, metadata };
    const body = {
      ...render(message, images, this.names),
      unfurl_links: false,
      unfurl_media: false,
      thread_ts: thread,
    };
    const args = { ...body, channel: channel.id, metadata: writeMetadata(metadata) };
    try {
      const answer = await this.whenReady(() => workspace.call("chat.postMessage", args, { channel: channel.id, job }));
      if (answer.ts === undefined) throw new ChatError("unavailable", "slack.no-message-id");
      // What is posted to a user is in the conversation with them.
      const channelId = /^[UW]/.test(channel.id) ? (answer.channel ?? channel.id) : channel.id;
      const ref = { channel: { ...channel, id: channelId }, id: answer.ts };
      this.#own.set(messageKey(workspace, channelId, ref.id), own);
      this.newest.own(workspace, channelId, asMessage(workspace, ref.id, own), false);
      if (name !== undefined) this.#posted.set(name, ref);
      this.logger.debug({ channel: channelId, ts: ref.id, key, job }, "a message was posted");
      return ref;
    } catch (error) {
      if (!outcomeUnknown(error)) this.files.discard(workspace, filesOf(own), job);
      // It may be there all the same, and show these files.
      else if (name !== undefined) this.#doubtful.set(name, filesOf(own));
      throw error;
    }
  }

  /** The message of this key that this program, or one before it, has posted already. */
  async #postedEarlier(
    workspace: Workspace,
    channel: ChannelRef,
    { key, perhapsPosted, trace: job }: OutgoingMessage,
    name: string,
  ): Promise<MessageRef | undefined> {
    const known = this.#posted.get(name);
    const doubtful = this.#doubtful.get(name);
    if (known || !(perhapsPosted || doubtful)) return known;
    const found = await newest(
      workspace,
      channel,
      (message) => workspace.wrote(message) && message.metadata?.key === key,
    ).catch((error: unknown) => {
      // Where nothing may be read, twice is better than not at all; what is gone refuses the message itself.
      if (isKind(error, "forbidden", "gone")) return undefined;
      throw error;
    });
    this.#doubtful.delete(name);
    if (!found) {
      this.files.discard(workspace, doubtful ?? [], job);
      return undefined;
    }
    const ref = { channel, id: found.ts };
    this.#posted.set(name, ref);
    return ref;
  }

  /** A preview is dropped when Slack takes no more; everything else is carried out. */
  async edit(workspace: Workspace, ref: MessageRef, content: OutgoingMessage): Promise<void> {
    const key = messageKey(workspace, ref.channel.id, ref.id);
    await this.#edits.run(key, isPreview(content), () =>
      this.#showing(workspace, content, (asFiles) => this.#edit(workspace, ref, content, asFiles)),
    );
  }

  async remove(workspace: Workspace, ref: MessageRef): Promise<void> {
    const { id: channel } = ref.channel;
    const own = await this.#known(workspace, ref).catch(() => undefined);
    await workspace.call("chat.delete", { channel, ts: ref.id }, { repeatable: true });
    this.#own.delete(messageKey(workspace, channel, ref.id));
    this.newest.removed(workspace, channel, ref.id, own?.thread);
    // Images in blocks do not go with their message.
    if (own) this.files.discard(workspace, filesOf(own));
  }

  /** Shows images in blocks, or, where those are refused, as files. */
  async #showing<T>(
    workspace: Workspace,
    { pictures, trace: job }: OutgoingMessage,
    operation: (asFiles: boolean) => Promise<T>,
  ): Promise<T> {
    const asFiles = this.#asFiles.has(workspace);
    try {
      return await operation(asFiles);
    } catch (err) {
      if (asFiles || !refusesBlocks(err) || !pictures?.some(fitsBlock)) throw err;
      this.logger.warn({ err, job }, "Slack shows no pictures in this message; they are shared as files beside it");
      const done = await operation(true);
      // Where only this file is not understood, the next one may be.
      if (notReadyYet(err) !== "said") this.#asFiles.add(workspace);
      return done;
    }
  }

  async #edit(workspace: Workspace, ref: MessageRef, content: OutgoingMessage, asFiles: boolean): Promise<void> {
    const { keepPictures = false, pictures, trace: job } = content;
    const before = await this.#known(workspace, ref, keepPictures);
    const options: CallOptions = { droppable: isPreview(content), job };
    // A message of its own for each preview would be too many.
    const given = asFiles && options.droppable ? undefined : pictures;
    const fresh = given ? await this.#upload(workspace, before.channel, given, asFiles, options) : undefined;
    const kept = !fresh && (keepPictures || pictures !== undefined);
    const images = fresh?.images ?? (kept ? before.images : []);
    const films = fresh?.films ?? (kept ? before.metadata.films : undefined);
    const after: Own = { thread: before.thread, images, metadata: { ...before.metadata, films } };
    const target = { channel: ref.channel.id, ts: ref.id, metadata: writeMetadata(after.metadata) };
    // An empty list of blocks takes away those that were there.
    const args = { blocks: [], ...render(content, images, this.names), ...target };
    try {
      await this.whenReady(() => workspace.call("chat.update", args, { ...options, repeatable: true }));
    } catch (error) {
      if (fresh && !outcomeUnknown(error)) this.files.discard(workspace, filesOf(after), job);
      throw error;
    }
    this.#own.set(messageKey(workspace, ref.channel.id, ref.id), after);
    this.newest.own(workspace, ref.channel.id, asMessage(workspace, ref.id, after), true);
    const shown = new Set(filesOf(after));
    const replaced = filesOf(before).filter((file) => !shown.has(file));
    this.files.discard(workspace, replaced, job);
  }

  /** Until Slack has processed a file, a message with it is refused. */
  async whenReady<T>(operation: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const end = began + this.limits.fileMs;
    return retryWithBackoff(operation, {
      firstMs: this.limits.pauseMs,
      mayPass: (error, _attempt, waitMs) => {
        const reason = notReadyYet(error);
        const last = reason === "said" ? end : Math.min(end, began + GUESS_MS);
        return reason !== undefined && performance.now() + waitMs <= last;
      },
    });
  }

  async #upload(
    workspace: Workspace,
    channel: ChannelRef,
    given: readonly Picture[],
    asFiles: boolean,
    options: CallOptions,
  ): Promise<{ readonly images: readonly ShownImage[]; readonly films: readonly string[] }> {
    const inside = asFiles ? [] : given.filter(fitsBlock);
    const beside = given.filter((picture) => !inside.includes(picture));
    const { job } = options;
    const [ids, films] = await Promise.all([
      this.files.upload(workspace, inside, options),
      Promise.all(beside.map((film) => this.files.share(workspace, film, channel, { job }))),
    ]);
    return { images: shownImages(ids, inside), films };
  }

  /**
   * What the bot knows of its message, or what Slack knows of it.
   *
   * @param exactly what it shows must be known; otherwise a message that may not be read counts as an empty one
   * @throws ChatError "gone"
   */
  async #known(workspace: Workspace, ref: MessageRef, exactly = true): Promise<Own & { readonly channel: ChannelRef }> {
    const { channel } = ref;
    const key = messageKey(workspace, channel.id, ref.id);
    const kept = this.#own.get(key);
    if (kept) return { ...kept, channel };
    const message = await findMessage(workspace, ref).catch((error: unknown) => {
      if (exactly || !isKind(error, "forbidden")) throw error;
      return "unknown" as const;
    });
    if (message === "unknown") return { thread: channel.thread, images: [], metadata: {}, channel };
    if (!message) throw new ChatError("gone", "slack.message-gone");
    const { thread, metadata = {} } = message;
    const images = message.pictures
      .filter(({ id, link }) => !link && !metadata.films?.includes(id))
      .map(({ id, name }) => ({ file: id, description: name }));
    const own = { thread, images, metadata };
    this.#own.set(key, own);
    return { ...own, channel: thread === undefined ? channel : { ...channel, thread } };
  }
}

/** Uploaded files, as a message shows them. */
export function shownImages(ids: readonly string[], images: readonly Picture[]): ShownImage[] {
  return ids.map((file, index) => ({ file, description: images[index]?.description ?? images[index]?.name ?? "" }));
}

/** As Slack would tell of it. */
function asMessage({ self }: Workspace, ts: string, { thread, images, metadata }: Own): SlackMessage {
  const pictures = [...images.map(({ file }) => file), ...(metadata.films ?? [])].map((file) => unknownFile(file));
  return { ts, thread, user: self.userId, botId: self.botId, authorName: undefined, pictures, metadata };
}

function messageKey(workspace: Workspace, channelId: string, id: string): string {
  return `${workspace.self.team} ${channelId} ${id}`;
}

function filesOf({ images, metadata }: Pick<Own, "images" | "metadata">): string[] {
  return [...images.map(({ file }) => file), ...(metadata.films ?? [])];
}

/** Whether Slack says that what was to be done is done already. */
export function doneAlready(error: unknown): boolean {
  return codeOf(error) === "already_reacted";
}
