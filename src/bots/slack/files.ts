import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import { ChatError, type Picture, type Place } from "../chat.js";
import { toChatError } from "./errors.js";
import { fields, type SlackFile } from "./messages.js";
import type { SlackLimits } from "./options.js";
import { alt } from "./render.js";
import type { CallOptions, Workspace } from "./workspace.js";

/** What an image block takes. */
const IN_BLOCKS = new Set(["image/png", "image/jpeg", "image/gif"]);

/** Whether a picture can be part of a message; films and WebP are shared as files of their own. */
export function fitsBlock({ type }: Pick<Picture, "type">): boolean {
  return IN_BLOCKS.has(type);
}

/** Uploads and deletes files: ask for an address, send the bytes there, say that they are there, and wait until Slack has looked at them. */
export class Files {
  constructor(
    private readonly limits: SlackLimits,
    private readonly logger: Logger,
  ) {}

  /** Uploads pictures that a message will show. Their ids come in the same order. */
  async upload(workspace: Workspace, pictures: readonly Picture[], options: CallOptions = {}): Promise<string[]> {
    if (pictures.length === 0) return [];
    const uploaded = await Promise.allSettled(pictures.map((picture) => this.#send(workspace, picture, options)));
    const ids = uploaded.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    try {
      for (const one of uploaded) if (one.status === "rejected") throw one.reason;
      const files = pictures.map((picture, index) => ({ id: ids[index] ?? "", title: picture.name }));
      await this.#complete(workspace, files, {}, options);
      await Promise.all(ids.map((id) => this.#ready(workspace, id, options)));
      return ids;
    } catch (error) {
      this.discard(workspace, ids);
      throw error;
    }
  }

  /** Shares a film in a place, as a message of its own. Resolves to the file's id when it can be seen there. */
  async share(workspace: Workspace, film: Picture, { channel, thread }: Place): Promise<string> {
    const id = await this.#send(workspace, film, {});
    try {
      const where = { channel_id: channel, ...(thread === undefined ? {} : { thread_ts: thread }) };
      await this.#complete(workspace, [{ id, title: film.name }], where, {});
      await this.#ready(workspace, id, {});
      return id;
    } catch (error) {
      this.discard(workspace, [id]);
      throw error;
    }
  }

  /** Deletes files behind the scenes; what cannot be deleted is left. */
  discard(workspace: Workspace, ids: readonly string[]): void {
    void this.remove(workspace, ids);
  }

  async remove(workspace: Workspace, ids: readonly string[]): Promise<void> {
    await Promise.all(
      ids.map(async (file) => {
        try {
          await workspace.call("files.delete", (client, token) => client.files.delete({ token, file }), { repeatable: true });
        } catch (error) {
          if (!(error instanceof ChatError && error.kind === "gone")) this.logger.debug({ err: error, file }, "a file was left behind");
        }
      }),
    );
  }

  /** What Slack knows of a file. */
  async info(workspace: Workspace, file: string, options: CallOptions = {}): Promise<SlackFile> {
    const answer = await workspace.call("files.info", (client, token) => client.files.info({ token, file }), {
      repeatable: true,
      ...options,
    });
    const { name, title, mimetype, filetype, size, url_private } = answer.file ?? {};
    const type = mimetype || (filetype ? `image/${filetype}` : undefined);
    return { id: file, name: name ?? title ?? "picture", type, size, url: url_private };
  }

  async #send(workspace: Workspace, { name, bytes, description }: Picture, options: CallOptions): Promise<string> {
    if (bytes.byteLength > this.limits.uploadBytes) {
      throw new ChatError(
        "too-large",
        `${name} is larger than the ${Math.floor(this.limits.uploadBytes / 1024 / 1024)} MB that I may upload.`,
      );
    }
    const wanted = { filename: name, length: bytes.byteLength, ...(description === undefined ? {} : { alt_text: alt(description) }) };
    const { upload_url, file_id } = await workspace.call(
      "files.getUploadURLExternal",
      (client, token) => client.files.getUploadURLExternal({ token, ...wanted }),
      { ...options, repeatable: true },
    );
    if (upload_url === undefined || file_id === undefined) throw new ChatError("unavailable", "Slack gave no address for an upload.");
    await this.#put(upload_url, bytes);
    return file_id;
  }

  /** The address itself is the permission; no token goes there. */
  async #put(url: string, bytes: Uint8Array): Promise<void> {
    try {
      const signal = AbortSignal.timeout(Math.round(this.limits.callMs + bytes.byteLength / 100));
      const headers = { "content-type": "application/octet-stream" };
      const response = await fetch(url, { method: "POST", headers, body: Buffer.from(bytes), redirect: "error", signal });
      await response.body?.cancel();
      if (response.status === 413) throw new ChatError("too-large", "The file is larger than Slack takes.");
      if (!response.ok) throw new ChatError("unavailable", `Slack did not take an upload (${response.status}); please try again.`);
    } catch (error) {
      throw toChatError(error);
    }
  }

  async #complete(
    workspace: Workspace,
    files: { id: string; title: string }[],
    where: { channel_id?: string; thread_ts?: string },
    options: CallOptions,
  ): Promise<void> {
    const [first, ...rest] = files;
    if (!first) return;
    await workspace.call(
      "files.completeUploadExternal",
      (client, token) => {
        const list: [typeof first, ...typeof rest] = [first, ...rest];
        const { channel_id, thread_ts } = where;
        if (channel_id === undefined) return client.files.completeUploadExternal({ token, files: list });
        return client.files.completeUploadExternal(
          thread_ts === undefined ? { token, files: list, channel_id } : { token, files: list, channel_id, thread_ts },
        );
      },
      options,
    );
  }

  /** Slack looks at a file in its own time; until then it has no type and cannot be shown. In the end the message with it will tell. */
  async #ready(workspace: Workspace, file: string, options: CallOptions): Promise<void> {
    const end = Date.now() + this.limits.fileMs;
    for (let pause = this.limits.pauseMs; ; pause = Math.min(2_000, pause * 1.5)) {
      const { type } = await this.info(workspace, file, options);
      if (type !== undefined || Date.now() > end) return;
      await delay(pause);
    }
  }
}

/** Whether Slack refused a message because it still works on a file in it. */
export function notReadyYet(error: unknown): boolean {
  const cause = error instanceof ChatError ? error.cause : error;
  const data = fields(fields(cause).data);
  return data.error === "invalid_blocks" && /slack.?file/i.test(JSON.stringify(data));
}
