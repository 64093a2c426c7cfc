import { setTimeout as delay } from "node:timers/promises";
import type { FilesInfoResponse } from "@slack/web-api";
import type { Logger } from "pino";
import type { ChannelRef } from "../../domain/model.js";
import { ChatError } from "../../port/chat-error.js";
import type { Picture } from "../../port/messages.js";
import { timeLimit } from "../../shared/async.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { codeOf, isKind, outcomeUnknown, toChatError } from "./errors.js";
import { FILE_ALT_TEXT_LENGTH, type SlackLimits } from "./limits.js";
import { fields, list, type SlackFile } from "./messages.js";
import { alt } from "./render.js";
import type { CallOptions, Workspace } from "./workspace.js";

/** As the SDK types the files of an upload. */
type OneOrMore = [{ id: string; title: string }, ...{ id: string; title: string }[]];

/** How long to ask what a file is, at most; usually Slack knows within two seconds. */
const PROCESSING_MS = 10_000;
/** Statuses that say that a request is not understood. */
const NOT_LIKE_THIS = new Set([400, 415, 422]);

/** What an image block takes. */
const IN_BLOCKS = new Set(["image/png", "image/jpeg", "image/gif"]);

/** Whether a picture can be part of a message; films and WebP are shared as files of their own. */
export function fitsBlock({ type }: Pick<Picture, "type">): boolean {
  return IN_BLOCKS.has(type);
}

/**
 * Uploads and deletes files. An upload asks for an address, sends the bytes there, says that they are there, and waits
 * until Slack has processed them.
 */
export class Files {
  /** Workspaces whose server never says what a file is. */
  readonly #silent = new WeakSet<Workspace>();

  constructor(
    private readonly limits: SlackLimits,
    private readonly logger: Logger,
  ) {}

  /** Uploads images that a message will show. Their ids come in the same order. */
  async upload(workspace: Workspace, images: readonly Picture[], options: CallOptions = {}): Promise<string[]> {
    if (images.length === 0) return [];
    const uploaded = await Promise.allSettled(images.map((image) => this.#send(workspace, image, options)));
    const ids = uploaded.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    return this.#orDiscard(workspace, ids, options, async () => {
      for (const one of uploaded) if (one.status === "rejected") throw one.reason;
      const files = images.map(({ name }, index) => ({ id: ids[index] ?? "", title: name }));
      await workspace.call("files.completeUploadExternal", { files: files as OneOrMore }, options);
      await Promise.all(ids.map((id) => this.#ready(workspace, id, options)));
      return ids;
    });
  }

  /**
   * Shares a film in a channel or thread, as a message of its own. Resolves to the file's id when it can be seen there.
   */
  async share(workspace: Workspace, film: Picture, channel: ChannelRef, options: CallOptions = {}): Promise<string> {
    const id = await this.#send(workspace, film, options);
    return this.#orDiscard(workspace, [id], options, async () => {
      const { id: channel_id, thread: thread_ts } = channel;
      const args = { files: [{ id, title: film.name }] as OneOrMore, channel_id, thread_ts };
      await workspace.call("files.completeUploadExternal", args, options);
      await this.#ready(workspace, id, options);
      return id;
    });
  }

  async #orDiscard<T>(
    workspace: Workspace,
    ids: readonly string[],
    { job }: CallOptions,
    publish: () => Promise<T>,
  ): Promise<T> {
    try {
      return await publish();
    } catch (error) {
      this.discard(workspace, ids, job);
      throw error;
    }
  }

  /** Deletes files in the background; what cannot be deleted is left. */
  discard(workspace: Workspace, ids: readonly string[], job?: string): void {
    for (const file of ids) {
      workspace.call("files.delete", { file }, { repeatable: true, job }).catch((err: unknown) => {
        if (!isKind(err, "gone")) this.logger.debug({ err, file, job }, "a file was left behind");
      });
    }
  }

  /** What Slack knows of a file. */
  async info(workspace: Workspace, id: string, options: CallOptions = {}): Promise<SlackFile> {
    const { name, title, size, url_private, url_private_download, ...known } = await this.#ask(workspace, id, options);
    const url = url_private ?? url_private_download;
    return { id, name: name ?? title ?? sentence("chat.unnamed-image"), type: typeOf(known), size, url };
  }

  async #ask(workspace: Workspace, file: string, options: CallOptions) {
    return (await workspace.call("files.info", { file }, { repeatable: true, ...options })).file ?? {};
  }

  async #send(
    workspace: Workspace,
    { name, bytes, type, description }: Picture,
    options: CallOptions,
  ): Promise<string> {
    const { uploadBytes } = this.limits;
    if (bytes.byteLength > uploadBytes) {
      throw new ChatError("too-large", "slack.upload-limit", {
        name,
        megabytes: Math.floor(uploadBytes / 1024 / 1024),
      });
    }
    // The SDK's types call it alt_text, Slack's reference alt_txt; it is for images only.
    const alternative =
      description === undefined || !type.startsWith("image/")
        ? {}
        : { alt_txt: alt(description, FILE_ALT_TEXT_LENGTH) };
    const { upload_url, file_id } = await workspace.call(
      "files.getUploadURLExternal",
      { filename: name, length: bytes.byteLength, ...alternative },
      { ...options, repeatable: true },
    );
    if (upload_url === undefined || file_id === undefined)
      throw new ChatError("unavailable", "slack.no-upload-address");
    await this.#put(upload_url, bytes, name);
    return file_id;
  }

  /** The address itself is the permission; no token goes there. */
  async #put(url: string, bytes: Uint8Array, name: string): Promise<void> {
    const post = async (content: Pick<RequestInit, "body" | "headers">): Promise<Response> => {
      const signal = timeLimit(Math.round(this.limits.callMs + bytes.byteLength / 100));
      const response = await fetch(url, { method: "POST", ...content, redirect: "error", signal });
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

  /**
   * Slack processes a file in its own time; until then it has no type and cannot be shown. Where it takes too long, the
   * message with the file will tell.
   */
  async #ready(workspace: Workspace, file: string, options: CallOptions): Promise<void> {
    const end = performance.now() + Math.min(this.limits.fileMs, PROCESSING_MS);
    for (let pause = this.limits.pauseMs; ; pause = Math.min(2_000, pause * 1.5)) {
      if (await this.#isProcessed(workspace, file, options)) {
        this.#silent.delete(workspace);
        return;
      }
      if (performance.now() > end) this.#silent.add(workspace);
      if (this.#silent.has(workspace)) return;
      await delay(pause);
    }
  }

  async #isProcessed(workspace: Workspace, file: string, options: CallOptions): Promise<boolean> {
    try {
      const known = await this.#ask(workspace, file, options);
      // Slack says "" as long as it does not know; a server that does not speak of types at all processes nothing.
      return typeOf(known) !== undefined || (known.mimetype === undefined && known.filetype === undefined);
    } catch (error) {
      // An app without "files:read" finds out by posting.
      if (isKind(error, "forbidden")) return true;
      if (isKind(error, "gone") || outcomeUnknown(error)) return false;
      throw error;
    }
  }
}

const VIDEO: Readonly<Record<string, string>> = { mp4: "video/mp4", mov: "video/quicktime", webm: "video/webm" };

type Known = NonNullable<FilesInfoResponse["file"]>;

function typeOf({ mimetype, filetype }: Pick<Known, "mimetype" | "filetype">): string | undefined {
  if (mimetype || !filetype) return mimetype || undefined;
  return VIDEO[filetype] ?? `image/${filetype}`;
}

/** Whether Slack refused a message because of its blocks. */
export function refusesBlocks(error: unknown): boolean {
  return /^invalid_blocks/.test(codeOf(error) ?? "");
}

/**
 * Whether Slack refused a message because it still works on a file in it: it says so, or, as other servers may, it does
 * not say at all what is wrong with the blocks.
 */
export function notReadyYet(error: unknown): "said" | "perhaps" | undefined {
  if (!refusesBlocks(error)) return undefined;
  const cause = error instanceof ChatError ? error.cause : error;
  const { errors, response_metadata } = fields(fields(cause).data);
  const reasons = [...list(errors), ...list(fields(response_metadata).messages)];
  if (reasons.length === 0) return "perhaps";
  return /slack.?file/i.test(JSON.stringify(reasons)) ? "said" : undefined;
}
