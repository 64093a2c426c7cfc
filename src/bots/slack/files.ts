import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import type { ChannelRef } from "../../domain/channel.js";
import { ChatError } from "../../port/chat-error.js";
import type { Picture } from "../../port/messages.js";
import { codeOf, toChatError } from "./errors.js";
import { fields, list, type SlackFile } from "./messages.js";
import type { SlackLimits } from "./options.js";
import { alt } from "./render.js";
import type { CallOptions, Workspace } from "./workspace.js";

interface Typed {
  readonly mimetype?: string | undefined;
  readonly filetype?: string | undefined;
}

/** How long to ask what a file is, at most; usually Slack knows within two seconds. */
const SEARCH_MS = 10_000;
/** Statuses that say that a request is not understood. */
const NOT_LIKE_THIS = new Set([400, 415, 422]);

/** What an image block takes. */
const IN_BLOCKS = new Set(["image/png", "image/jpeg", "image/gif"]);

/** Whether a picture can be part of a message; films and WebP are shared as files of their own. */
export function fitsBlock({ type }: Pick<Picture, "type">): boolean {
  return IN_BLOCKS.has(type);
}

/** Uploads and deletes files: ask for an address, send the bytes there, say that they are there, and wait until Slack has looked at them. */
export class Files {
  /** Workspaces whose server never says what a file is. */
  readonly #silent = new WeakSet<Workspace>();

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
      this.discard(workspace, ids, options.job);
      throw error;
    }
  }

  /** Shares a film in a place, as a message of its own. Resolves to the file's id when it can be seen there. */
  async share(
    workspace: Workspace,
    film: Picture,
    { id: channel, thread }: ChannelRef,
    options: CallOptions = {},
  ): Promise<string> {
    const id = await this.#send(workspace, film, options);
    try {
      const where = { channel_id: channel, ...(thread === undefined ? {} : { thread_ts: thread }) };
      await this.#complete(workspace, [{ id, title: film.name }], where, options);
      await this.#ready(workspace, id, options);
      return id;
    } catch (error) {
      this.discard(workspace, [id], options.job);
      throw error;
    }
  }

  /** Deletes files behind the scenes; what cannot be deleted is left. */
  discard(workspace: Workspace, ids: readonly string[], job?: string): void {
    void this.remove(workspace, ids, job);
  }

  async remove(workspace: Workspace, ids: readonly string[], job?: string): Promise<void> {
    await Promise.all(
      ids.map(async (file) => {
        try {
          await workspace.call("files.delete", (client, token) => client.files.delete({ token, file }), {
            repeatable: true,
            job,
          });
        } catch (error) {
          if (!(error instanceof ChatError && error.kind === "gone"))
            this.logger.debug({ err: error, file, job }, "a file was left behind");
        }
      }),
    );
  }

  /** What Slack knows of a file. */
  async info(workspace: Workspace, file: string, options: CallOptions = {}): Promise<SlackFile> {
    const { name, title, size, url_private, url_private_download, ...known } = await this.#ask(
      workspace,
      file,
      options,
    );
    return {
      id: file,
      name: name ?? title ?? "picture",
      type: typeOf(known),
      size,
      url: url_private ?? url_private_download,
    };
  }

  async #ask(workspace: Workspace, file: string, options: CallOptions) {
    const answer = await workspace.call("files.info", (client, token) => client.files.info({ token, file }), {
      repeatable: true,
      ...options,
    });
    return answer.file ?? {};
  }

  async #send(workspace: Workspace, { name, bytes, description }: Picture, options: CallOptions): Promise<string> {
    if (bytes.byteLength > this.limits.uploadBytes) {
      throw new ChatError("too-large", "slack.upload-limit", {
        name,
        megabytes: Math.floor(this.limits.uploadBytes / 1024 / 1024),
      });
    }
    const wanted = {
      filename: name,
      length: bytes.byteLength,
      ...(description === undefined ? {} : { alt_text: alt(description) }),
    };
    const { upload_url, file_id } = await workspace.call(
      "files.getUploadURLExternal",
      (client, token) => client.files.getUploadURLExternal({ token, ...wanted }),
      { ...options, repeatable: true },
    );
    if (upload_url === undefined || file_id === undefined)
      throw new ChatError("unavailable", "slack.no-upload-address");
    await this.#put(upload_url, bytes, name);
    return file_id;
  }

  /** The address itself is the permission; no token goes there. */
  async #put(url: string, bytes: Uint8Array, name: string): Promise<void> {
    const post = async (what: {
      readonly body: Buffer | FormData;
      readonly headers?: Record<string, string>;
    }): Promise<Response> => {
      const signal = AbortSignal.timeout(Math.round(this.limits.callMs + bytes.byteLength / 100));
      const response = await fetch(url, { method: "POST", ...what, redirect: "error", signal });
      await response.body?.cancel();
      return response;
    };
    try {
      let response = await post({ headers: { "content-type": "application/octet-stream" }, body: Buffer.from(bytes) });
      // Slack takes the bytes as they are or as a form; another server may know the form only.
      if (NOT_LIKE_THIS.has(response.status)) {
        const body = new FormData();
        body.append("file", new Blob([Buffer.from(bytes)]), name);
        response = await post({ body });
      }
      if (response.status === 413) throw new ChatError("too-large", "slack.file-too-large");
      if (!response.ok) throw new ChatError("unavailable", "slack.upload-refused", { status: response.status });
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
    const end = Date.now() + Math.min(this.limits.fileMs, SEARCH_MS);
    for (let pause = this.limits.pauseMs; ; pause = Math.min(2_000, pause * 1.5)) {
      if (await this.#lookedAt(workspace, file, options)) {
        this.#silent.delete(workspace);
        return;
      }
      if (this.#silent.has(workspace)) return;
      if (Date.now() > end) {
        this.#silent.add(workspace);
        return;
      }
      await delay(pause);
    }
  }

  async #lookedAt(workspace: Workspace, file: string, options: CallOptions): Promise<boolean> {
    try {
      const { mimetype, filetype } = await this.#ask(workspace, file, options);
      // Slack says "" as long as it does not know; a server that does not speak of types at all looks at nothing.
      return typeOf({ mimetype, filetype }) !== undefined || (mimetype === undefined && filetype === undefined);
    } catch (error) {
      const kind = error instanceof ChatError ? error.kind : undefined;
      // Whoever may not ask ("files:read") finds out by posting.
      if (kind === "forbidden") return true;
      if (kind === "gone" || kind === "unavailable" || kind === "timeout") return false;
      throw error;
    }
  }
}

function typeOf({ mimetype, filetype }: Typed): string | undefined {
  return mimetype || (filetype ? `image/${filetype}` : undefined);
}

/** Whether Slack refused a message because of its blocks. */
export function refusesBlocks(error: unknown): boolean {
  return /^invalid_blocks/.test(codeOf(error) ?? "");
}

/**
 * Whether Slack refused a message because it still works on a file in it: it says so, or, as other servers may, it does not say at all
 * what is wrong with the blocks.
 */
export function notReadyYet(error: unknown): "said" | "perhaps" | undefined {
  if (!refusesBlocks(error)) return undefined;
  const cause = error instanceof ChatError ? error.cause : error;
  const { errors, response_metadata } = fields(fields(cause).data);
  const reasons = [...list(errors), ...list(fields(response_metadata).messages)];
  if (reasons.length === 0) return "perhaps";
  return /slack.?file/i.test(JSON.stringify(reasons)) ? "said" : undefined;
}
