import type { ChannelRef, MessageRef, User } from "../../domain/model.js";
import { ChatError } from "../../port/chat-error.js";
import type { Picture, PictureSource } from "../../port/messages.js";
import { type NewestPicture, newestOf, type ShownPicture, shownTogether } from "../../port/newest.js";
import { abortable } from "../../shared/async.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { download, tooLarge } from "./download.js";
import { isKind } from "./errors.js";
import type { Files } from "./files.js";
import { findMessage, newestIn } from "./history.js";
import type { SlackFile, SlackMessage } from "./messages.js";
import type { Newest } from "./newest.js";
import type { FetchLink } from "./options.js";
import type { Users } from "./users.js";
import type { Workspace } from "./workspace.js";
import { writtenPicture } from "./written.js";

/** Makes sources of the files that messages show; each is downloaded only when it is fetched. */
export class Sources {
  constructor(
    private readonly files: Files,
    private readonly users: Users,
    private readonly newest: Newest,
    private readonly apiUrl: string,
    private readonly fetchLink: FetchLink | undefined,
  ) {}

  /** The pictures of any message. @throws ChatError "gone" when it is not there */
  async of(workspace: Workspace, ref: MessageRef): Promise<PictureSource[]> {
    const message = this.newest.message(workspace, ref) ?? (await findMessage(workspace, ref));
    if (!message) throw new ChatError("gone", "slack.message-gone");
    return this.ofMessage(workspace, message, ref);
  }

  /** What is meant by a mention or an emoji. */
  written(workspace: Workspace, written: string): Promise<PictureSource | undefined> {
    return writtenPicture(workspace, written, { users: this.users, fetchLink: this.fetchLink });
  }

  async ofMessage(workspace: Workspace, message: SlackMessage, ref: MessageRef): Promise<PictureSource[]> {
    if (message.pictures.length === 0) return [];
    const author = await this.#author(workspace, message);
    return message.pictures.map((file) => this.ofFile(workspace, file, author, ref));
  }

  /** The newest picture of a channel or thread. */
  latest(workspace: Workspace, channel: ChannelRef): Promise<NewestPicture | undefined> {
    return newestOf(this.#latest(workspace, channel));
  }

  async *#latest(workspace: Workspace, channel: ChannelRef): AsyncGenerator<ShownPicture, undefined> {
    const found = await this.newest.in(workspace, channel);
    if (!found) return;
    yield* await this.#countingIn(workspace, found.message, channel);
    let last = found.message;
    for await (const message of found.history) {
      if (message.ts >= last.ts) continue;
      const sources = await this.#countingIn(workspace, message, channel);
      if (sources.length === 0) continue;
      this.newest.passedOver(workspace, channel, last, message);
      last = message;
      yield* sources;
    }
  }

  /** Those that may be the newest picture of their channel, the last one first. */
  async #countingIn(workspace: Workspace, message: SlackMessage, channel: ChannelRef): Promise<ShownPicture[]> {
    const files = newestIn(workspace, message);
    if (files.length === 0) return [];
    const shown = shownTogether(await this.ofMessage(workspace, message, { channel, id: message.ts }));
    return files.map((file) => {
      const source = shown[message.pictures.indexOf(file)] as ShownPicture;
      const fetch: PictureSource["fetch"] = async (options) => {
        try {
          return await source.fetch(options);
        } catch (error) {
          if (isKind(error, "gone")) this.newest.removed(workspace, channel.id, message.ts, message.thread);
          throw error;
        }
      };
      return { ...source, fetch };
    });
  }

  ofFile(workspace: Workspace, file: SlackFile, author: User | undefined, message?: MessageRef): PictureSource {
    const { name, size, link, aside } = file;
    const source = { name, size, author, message, aside };
    if (!link) return { ...source, fetch: (options) => this.#fetch(workspace, file, options) };
    const { fetchLink } = this;
    const fetch: PictureSource["fetch"] = (options) => {
      if (fetchLink) return fetchLink(link, options);
      return Promise.reject(new ChatError("forbidden", "slack.file-elsewhere", { name }));
    };
    // Who shows it has hardly made it.
    return { ...source, credit: link.hostname, fetch };
  }

  async #author(workspace: Workspace, message: SlackMessage): Promise<User | undefined> {
    // The bot posts for others, who are named elsewhere.
    if (workspace.wrote(message)) return undefined;
    const { user: userId, authorName, botId } = message;
    if (userId === undefined) {
      return botId === undefined ? undefined : { id: botId, name: authorName ?? sentence("slack.a-bot") };
    }
    const { user } = await this.users.get(workspace, userId, authorName);
    return { id: user.id, name: user.name };
  }

  async #fetch(
    workspace: Workspace,
    file: SlackFile,
    { maxBytes, signal }: Parameters<PictureSource["fetch"]>[0],
  ): Promise<Picture> {
    const { url, size, name, type } = file.url === undefined ? await this.#lookUp(workspace, file, signal) : file;
    if (url === undefined) throw new ChatError("forbidden", "slack.file-hidden", { name });
    if (size !== undefined && size > maxBytes) throw tooLarge(name, maxBytes);
    const token = await workspace.currentToken();
    const downloaded = await download({ url, token, apiUrl: this.apiUrl, name, maxBytes, signal });
    const { description } = file;
    return { bytes: downloaded.bytes, name, type: type ?? downloaded.type ?? "application/octet-stream", description };
  }

  async #lookUp(workspace: Workspace, { id, name }: SlackFile, signal: AbortSignal): Promise<SlackFile> {
    try {
      return await abortable(this.files.info(workspace, id), signal);
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) throw error;
      throw new ChatError("timeout", "slack.file-timeout", { name });
    }
  }
}
