import type { MessageRef } from "../../domain/message.js";
import { ChatError } from "../../port/chat-error.js";
import type { Picture, PictureSource } from "../../port/messages.js";
import { abortable } from "../../shared/timeout.js";
import { download } from "./download.js";
import type { Files } from "./files.js";
import type { SlackFile, SlackMessage } from "./messages.js";
import type { Users } from "./users.js";
import type { Workspace } from "./workspace.js";

interface Parts {
  readonly files: Files;
  readonly users: Users;
  readonly apiUrl: string;
}

/** Makes sources of the files that messages show; nothing is downloaded before somebody fetches. */
export class Sources {
  constructor(private readonly parts: Parts) {}

  async ofMessage(workspace: Workspace, message: SlackMessage, ref: MessageRef): Promise<PictureSource[]> {
    if (message.pictures.length === 0) return [];
    const author = await this.#author(workspace, message);
    return message.pictures.map((file) =>
      this.ofFile(workspace, file, { message: ref, ...(author ? { author } : {}) }),
    );
  }

  ofFile(workspace: Workspace, file: SlackFile, more: Pick<PictureSource, "message" | "author"> = {}): PictureSource {
    return {
      name: file.name,
      ...(file.size === undefined ? {} : { size: file.size }),
      ...more,
      fetch: (options) => this.#fetch(workspace, file, options),
    };
  }

  async #author(
    workspace: Workspace,
    { user: userId, authorName, botId }: SlackMessage,
  ): Promise<PictureSource["author"]> {
    // The bot posts for others, who are named elsewhere.
    if (userId === workspace.self.userId || (botId !== undefined && botId === workspace.self.botId)) return undefined;
    if (userId === undefined) return botId === undefined ? undefined : { id: botId, name: authorName ?? "a bot" };
    const { user } = await this.parts.users.get(workspace, userId, authorName);
    return { id: user.id, name: user.name };
  }

  async #fetch(
    workspace: Workspace,
    file: SlackFile,
    { maxBytes, signal }: Parameters<PictureSource["fetch"]>[0],
  ): Promise<Picture> {
    const known =
      file.url === undefined ? await within(signal, file.name, this.parts.files.info(workspace, file.id)) : file;
    if (known.url === undefined) throw new ChatError("forbidden", "slack.file-hidden", { name: known.name });
    if (known.size !== undefined && known.size > maxBytes) {
      throw new ChatError("too-large", "slack.file-larger", {
        name: known.name,
        megabytes: (maxBytes / 1024 / 1024).toFixed(1),
      });
    }
    const token = await workspace.currentToken();
    const { bytes, type } = await download({
      url: known.url,
      token,
      apiUrl: this.parts.apiUrl,
      name: known.name,
      maxBytes,
      signal,
    });
    return { bytes, name: known.name, type: known.type ?? type ?? "application/octet-stream" };
  }
}

async function within<T>(signal: AbortSignal, name: string, operation: Promise<T>): Promise<T> {
  try {
    return await abortable(operation, signal);
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    throw new ChatError("timeout", "slack.file-timeout", { name });
  }
}
