import { LRUCache } from "lru-cache";
import type { Logger } from "pino";
import type { ChannelRef } from "../../domain/channel.js";
import type { MessageRef } from "../../domain/message.js";
import { ChatError } from "../../port/chat-error.js";
import type { OutgoingMessage, Picture } from "../../port/messages.js";
import { retryWithBackoff } from "../../shared/retry.js";
import { Edits } from "./edits.js";
import { codeOf, outcomeUnknown } from "./errors.js";
import { type Files, fitsBlock, notReadyYet, refusesBlocks } from "./files.js";
import { findMessage, newest } from "./history.js";
import { type Metadata, type SlackMessage, writeMetadata } from "./messages.js";
import type { SlackLimits } from "./options.js";
import { type Rendered, render, type ShownPicture } from "./render.js";
import type { CallOptions, Workspace } from "./workspace.js";

/** What is known of a message of the bot's own, as long as it is remembered. */
interface Own {
  readonly thread: string | undefined;
  readonly pictures: readonly ShownPicture[];
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
  /** Workspaces whose server shows no files in blocks: pictures are shared as files of their own there. */
  readonly #asFiles = new WeakSet<Workspace>();

  constructor(
    private readonly files: Files,
    private readonly limits: SlackLimits,
    private readonly logger: Logger,
  ) {}

  /** The thread of a message that the bot has posted since it started; "none" for one in no thread. */
  threadOf(workspace: Workspace, channelId: string, id: string): string | "none" | undefined {
    const own = this.#own.get(messageKey(workspace, channelId, id));
    return own && (own.thread ?? "none");
  }

  async post(workspace: Workspace, channel: ChannelRef, message: OutgoingMessage): Promise<MessageRef> {
    return this.#shown(workspace, message, (asFiles) => this.#post(workspace, channel, message, asFiles));
  }

  async #post(
    workspace: Workspace,
    channel: ChannelRef,
    message: OutgoingMessage,
    asFiles: boolean,
  ): Promise<MessageRef> {
    const { key, trace: job } = message;
    const named = key === undefined ? undefined : `${workspace.self.team} ${channel.id} ${channel.thread ?? ""} ${key}`;
    if (named !== undefined) {
      const known = this.#posted.get(named);
      if (known) return known;
      const doubtful = this.#doubtful.get(named);
      if (message.perhapsPosted || doubtful) {
        // Where nothing may be read, twice is better than not at all.
        const found = await this.#find(workspace, channel, key).catch((error: unknown) => {
          if (isForbidden(error)) return undefined;
          throw error;
        });
        this.#doubtful.delete(named);
        if (found) {
          this.#posted.set(named, found);
          return found;
        }
        this.files.discard(workspace, doubtful ?? [], job);
      }
    }
    const { pictures, films } = await this.#upload(workspace, channel, message.pictures ?? [], asFiles, { job });
    const metadata: Metadata = { ...(key === undefined ? {} : { key }), ...(films.length === 0 ? {} : { films }) };
    try {
      const rendered = render(message, pictures);
      const { ts, channel: channelId } = await this.whenReady(() =>
        this.#send(workspace, channel, rendered, metadata, job),
      );
      const ref = { channel: { ...channel, id: channelId }, id: ts };
      this.#own.set(messageKey(workspace, channelId, ts), { thread: channel.thread, pictures, metadata });
      if (named !== undefined) this.#posted.set(named, ref);
      this.logger.debug({ channel: channelId, ts, key, job }, "a message was posted");
      return ref;
    } catch (error) {
      // It may be there all the same, and show these files.
      if (outcomeUnknown(error)) {
        if (named !== undefined) this.#doubtful.set(named, [...pictures.map(({ file }) => file), ...films]);
      } else {
        this.files.discard(workspace, [...pictures.map(({ file }) => file), ...films], job);
      }
      throw error;
    }
  }

  /** A preview (its progress is not at its end) is dropped when Slack takes no more; everything else is carried out. */
  async edit(workspace: Workspace, ref: MessageRef, content: OutgoingMessage): Promise<void> {
    const droppable = content.progress !== undefined && content.progress.value < 1;
    const key = messageKey(workspace, ref.channel.id, ref.id);
    await this.#edits.run(key, droppable, () =>
      this.#shown(workspace, content, (asFiles) => this.#edit(workspace, ref, content, droppable, asFiles)),
    );
  }

  async remove(workspace: Workspace, ref: MessageRef): Promise<void> {
    const { id: channelId } = ref.channel;
    const key = messageKey(workspace, channelId, ref.id);
    const own = await this.#known(workspace, ref).catch(() => undefined);
    await workspace.call(
      "chat.delete",
      (client, token) => client.chat.delete({ token, channel: channelId, ts: ref.id }),
      {
        repeatable: true,
      },
    );
    this.#own.delete(key);
    // Pictures in blocks do not go with their message.
    if (own) this.files.discard(workspace, filesOf(own));
  }

  /** Shows pictures in blocks, or, where those are refused, as files. */
  async #shown<T>(
    workspace: Workspace,
    { pictures, trace: job }: OutgoingMessage,
    operation: (asFiles: boolean) => Promise<T>,
  ): Promise<T> {
    const asFiles = this.#asFiles.has(workspace);
    try {
      return await operation(asFiles);
    } catch (error) {
      if (asFiles || !refusesBlocks(error) || !pictures?.some(fitsBlock)) throw error;
      this.logger.warn(
        { err: error, job },
        "Slack shows no pictures in this message; they are shared as files beside it",
      );
      const done = await operation(true);
      // Where only this file is not understood, the next one may be.
      if (notReadyYet(error) !== "said") this.#asFiles.add(workspace);
      return done;
    }
  }

  async #edit(
    workspace: Workspace,
    ref: MessageRef,
    content: OutgoingMessage,
    droppable: boolean,
    asFiles: boolean,
  ): Promise<void> {
    const { id: channelId } = ref.channel;
    const before = await this.#known(workspace, ref, content.keepPictures === true);
    const job = content.trace;
    const options: CallOptions = { droppable, job };
    // A message of its own for each preview would be too many.
    const given = asFiles && droppable ? undefined : content.pictures;
    const fresh = given ? await this.#upload(workspace, before.channel, given, asFiles, options) : undefined;
    const kept = !fresh && (content.keepPictures === true || content.pictures !== undefined);
    const pictures = fresh?.pictures ?? (kept ? before.pictures : []);
    const films = fresh?.films ?? (kept ? (before.metadata.films ?? []) : []);
    const { films: _films, ...rest } = before.metadata;
    const metadata: Metadata = { ...rest, ...(films.length === 0 ? {} : { films }) };
    try {
      await this.whenReady(() => this.#update(workspace, ref, render(content, pictures), metadata, options));
    } catch (error) {
      if (fresh && !outcomeUnknown(error))
        this.files.discard(workspace, [...pictures.map(({ file }) => file), ...films], job);
      throw error;
    }
    const after = { thread: before.thread, pictures, metadata };
    this.#own.set(messageKey(workspace, channelId, ref.id), after);
    const shown = new Set(filesOf(after));
    this.files.discard(
      workspace,
      filesOf(before).filter((file) => !shown.has(file)),
      job,
    );
  }

  /** Until Slack has looked at a file, a message with it is refused. */
  async whenReady<T>(operation: () => Promise<T>): Promise<T> {
    const began = Date.now();
    const end = began + this.limits.fileMs;
    return retryWithBackoff(operation, {
      firstMs: this.limits.pauseMs,
      mayPass: (error, _attempt, waitMs) => {
        const reason = notReadyYet(error);
        const last = reason === "said" ? end : Math.min(end, began + GUESS_MS);
        return reason !== undefined && Date.now() + waitMs <= last;
      },
    });
  }

  async #send(
    workspace: Workspace,
    channel: ChannelRef,
    { text, blocks }: Rendered,
    metadata: Metadata,
    job: string | undefined,
  ): Promise<{ ts: string; channel: string }> {
    const { id: channelId, thread } = channel;
    const noted = writeMetadata(metadata);
    const answer = await workspace.call(
      "chat.postMessage",
      (client, token) =>
        client.chat.postMessage({
          token,
          channel: channelId,
          text,
          unfurl_links: false,
          unfurl_media: false,
          ...(blocks.length === 0 ? {} : { blocks }),
          ...(thread === undefined ? {} : { thread_ts: thread }),
          ...(noted === undefined ? {} : { metadata: noted }),
        }),
      { channel: channelId, job },
    );
    if (answer.ts === undefined) throw new ChatError("unavailable", "slack.no-message-id");
    // What is posted to a person is in the conversation with them.
    return { ts: answer.ts, channel: /^[UW]/.test(channelId) ? (answer.channel ?? channelId) : channelId };
  }

  async #update(
    workspace: Workspace,
    { channel, id }: MessageRef,
    { text, blocks }: Rendered,
    metadata: Metadata,
    options: CallOptions,
  ) {
    const { id: channelId } = channel;
    const noted = writeMetadata(metadata);
    await workspace.call(
      "chat.update",
      (client, token) =>
        client.chat.update({
          token,
          channel: channelId,
          ts: id,
          text,
          blocks,
          ...(noted === undefined ? {} : { metadata: noted }),
        }),
      { ...options, repeatable: true },
    );
  }

  async #upload(
    workspace: Workspace,
    channel: ChannelRef,
    given: readonly Picture[],
    asFiles: boolean,
    options: CallOptions,
  ) {
    const inside = asFiles ? [] : given.filter(fitsBlock);
    const [ids, films] = await Promise.all([
      this.files.upload(workspace, inside, options),
      Promise.all(
        given
          .filter((picture) => !inside.includes(picture))
          .map((film) => this.files.share(workspace, film, channel, { job: options.job })),
      ),
    ]);
    const pictures = ids.map((file, index): ShownPicture => {
      const { description, name = "" } = inside[index] ?? {};
      return { file, description: description ?? name };
    });
    return { pictures, films };
  }

  /**
   * What the bot knows of its message, or what Slack tells of it.
   *
   * @param exactly what it shows must be known; otherwise a message that may not be read is as good as one that shows nothing
   * @throws ChatError "gone"
   */
  async #known(workspace: Workspace, ref: MessageRef, exactly = true): Promise<Own & { readonly channel: ChannelRef }> {
    const { id: channelId } = ref.channel;
    const kept = this.#own.get(messageKey(workspace, channelId, ref.id));
    if (kept) return { ...kept, channel: ref.channel };
    const message = await findMessage(workspace, ref).catch((error: unknown) => {
      if (exactly || !isForbidden(error)) throw error;
      return "unknown" as const;
    });
    if (message === "unknown") return { thread: ref.channel.thread, pictures: [], metadata: {}, channel: ref.channel };
    if (!message) throw new ChatError("gone", "slack.message-gone");
    const films = message.metadata?.films ?? [];
    const pictures = message.pictures
      .filter(({ id }) => !films.includes(id))
      .map(({ id, name }) => ({ file: id, description: name }));
    const own = { thread: message.thread, pictures, metadata: message.metadata ?? {} };
    this.#own.set(messageKey(workspace, channelId, ref.id), own);
    return { ...own, channel: { ...ref.channel, ...(message.thread === undefined ? {} : { thread: message.thread }) } };
  }

  /** A message with this key that was posted before, by this program or an earlier one. */
  async #find(workspace: Workspace, channel: ChannelRef, key: string | undefined): Promise<MessageRef | undefined> {
    const mine = ({ user, botId }: SlackMessage) =>
      user === workspace.self.userId || (botId !== undefined && botId === workspace.self.botId);
    const found = await newest(workspace, channel, (message) => mine(message) && message.metadata?.key === key);
    return found && { channel, id: found.ts };
  }
}

function isForbidden(error: unknown): boolean {
  return error instanceof ChatError && error.kind === "forbidden";
}

function messageKey(workspace: Workspace, channelId: string, id: string): string {
  return `${workspace.self.team} ${channelId} ${id}`;
}

function filesOf({ pictures, metadata }: Pick<Own, "pictures" | "metadata">): string[] {
  return [...pictures.map(({ file }) => file), ...(metadata.films ?? [])];
}

/** Whether Slack says that what was to be done is done already. */
export function doneAlready(error: unknown): boolean {
  return codeOf(error) === "already_reacted";
}
