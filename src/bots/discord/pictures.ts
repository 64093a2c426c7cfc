import {
  type APIAttachment,
  type APIEmbed,
  type APIMessage,
  AttachmentFlags,
  EmbedType,
  MessageType,
  Routes,
} from "discord.js";
import type { MessageRef, User } from "../../domain/model.js";
import { ChatError } from "../../port/chat-error.js";
import type { Picture, PictureSource } from "../../port/messages.js";
import { readAtMost } from "../../shared/read-at-most.js";
import { sentence } from "../../shared/sentences/sentence.js";
import type { Calls } from "./calls.js";
import { channelOf } from "./channels.js";
import { readFileName } from "./compose.js";
import { displayName } from "./users.js";

const UNKNOWN_TYPE = "application/octet-stream";
const IMAGE_NAME = /\.(png|jpe?g|webp|gif|avif|heic|tiff?)$/i;

/**
 * Images in messages and in the options of commands. Their addresses are signed and expire; then those of a message are
 * asked for again.
 */
export class Pictures {
  /** @param self the bot's own id, whose images have other authors */
  constructor(
    private readonly calls: Calls,
    private readonly self: () => string | undefined,
  ) {}

  /** A file that a user gave with a command, whatever it is. */
  ofOption(attachment: APIAttachment, author: User): PictureSource {
    return this.#source(attachment, author);
  }

  /**
   * The images that a message shows: its attachments, forwarded ones, and those behind its links that Discord shows.
   */
  ofMessage(message: APIMessage, ref: MessageRef): PictureSource[] {
    const { author: by, embeds = [] } = message as Partial<APIMessage>;
    const author = !by || by.id === this.self() ? undefined : { id: by.id, name: displayName(by) };
    const attached = attachmentsOf(message).filter(isImage);
    const shown = embeds.flatMap((embed) => ofEmbed(embed, ref, author));
    return [...attached.map((attachment) => this.#source(attachment, author, ref)), ...shown];
  }

  /** @throws ChatError "gone" when the message is. */
  async message({ channel, id }: MessageRef): Promise<APIMessage> {
    const route = Routes.channelMessage(channelOf(channel), id);
    const about = { doing: "discord.doing.read", permission: "Read Message History" } as const;
    return this.calls.run<APIMessage>({ method: "GET", route, ms: 20_000, ...about });
  }

  #source(attachment: APIAttachment, author: User | undefined, ref?: MessageRef): PictureSource {
    const { name, spoiler } = readFileName(nameOf(attachment));
    // Servers other than Discord leave fields out, or set them to null.
    const type = attachment.content_type ?? UNKNOWN_TYPE;
    const description = attachment.description ?? undefined;
    const hidden = spoiler || ((attachment.flags ?? 0) & AttachmentFlags.IsSpoiler) !== 0 || undefined;
    return {
      name,
      size: attachment.size,
      author,
      message: ref,
      spoiler: hidden,
      fetch: async (limits) => {
        const picture = await this.#fetchFresh(attachment, ref, { name, type, ...limits });
        return { ...picture, spoiler: hidden, description };
      },
    };
  }

  async #fetchFresh({ id, url }: APIAttachment, ref: MessageRef | undefined, about: Wanted): Promise<Picture> {
    if (!hasExpired(url)) {
      const picture = await download(url, about);
      if (picture) return picture;
    }
    const fresh = ref && attachmentsOf(await this.message(ref)).find((attachment) => attachment.id === id);
    const picture = fresh && (await download(fresh.url, about));
    if (!picture) throw new ChatError("gone", "discord.image-gone", { name: about.name });
    return picture;
  }
}

/** An image behind a link, as Discord's own proxy serves it. */
function ofEmbed(embed: APIEmbed, message: MessageRef, author: User | undefined): PictureSource[] {
  const image = embed.type === EmbedType.Image ? (embed.thumbnail ?? embed.image) : embed.image;
  const url = image?.proxy_url;
  if (url === undefined) return [];
  const name = lastOf(image?.url ?? url);
  const fetch: PictureSource["fetch"] = async (limits) => {
    const picture = await download(url, { name, type: UNKNOWN_TYPE, ...limits });
    if (!picture) throw new ChatError("gone", "discord.image-gone", { name });
    return picture;
  };
  return [{ name, message, author, fetch }];
}

/**
 * Whether a message was emptied before it came here: without the intent "Message Content" Discord removes the text and
 * files of other users' messages. Every message holds something, except for stickers and the like.
 */
export function isEmptied(message: APIMessage): boolean {
  const { type, content, author, poll } = message as Partial<APIMessage>;
  const { attachments, embeds, sticker_items, message_snapshots } = message as Partial<APIMessage>;
  const held = [attachments, embeds, sticker_items, message_snapshots].some((list) => list && list.length > 0);
  const said = type === MessageType.Default || type === MessageType.Reply;
  return said && content === "" && !held && poll === undefined && author?.bot !== true;
}

function attachmentsOf(message: APIMessage): APIAttachment[] {
  const forwarded = (message.message_snapshots ?? []).flatMap(({ message: { attachments } }) => attachments ?? []);
  return [...((message as Partial<APIMessage>).attachments ?? []), ...forwarded];
}

/** By its type; by its name where a server does not know the type. */
function isImage(attachment: APIAttachment): boolean {
  const type = attachment.content_type;
  return type && type !== UNKNOWN_TYPE ? type.startsWith("image/") : IMAGE_NAME.test(nameOf(attachment));
}

function nameOf({ filename, url }: APIAttachment): string {
  return filename || lastOf(url);
}

/** The last part of an address's path. */
function lastOf(url: string): string {
  const path = URL.canParse(url) ? new URL(url).pathname : "";
  return path.split("/").at(-1) || sentence("chat.unnamed-image");
}

/** Signed addresses say when they end, in seconds since the epoch, in hex. */
function hasExpired(url: string): boolean {
  const end = URL.canParse(url) ? new URL(url).searchParams.get("ex") : null;
  return end !== null && /^[0-9a-f]+$/i.test(end) && Number.parseInt(end, 16) * 1000 <= Date.now();
}

interface Wanted {
  readonly name: string;
  readonly type: string;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** The file behind an address; undefined when it is not there, or no longer. */
async function download(url: string, { name, type, maxBytes, signal }: Wanted): Promise<Picture | undefined> {
  try {
    const response = await fetch(url, { signal, redirect: "error" });
    const { status, ok, body } = response;
    if (!ok || !body) {
      await body?.cancel();
      if ([403, 404, 410].includes(status)) return undefined;
      throw new ChatError("unavailable", "discord.image-refused", { name, status });
    }
    const bytes = await readAtMost(body, maxBytes);
    if (bytes) return { bytes, name, type };
    throw new ChatError("too-large", "chat.image-too-large", { name, megabytes: (maxBytes / 1024 / 1024).toFixed(0) });
  } catch (cause) {
    if (cause instanceof ChatError) throw cause;
    if (signal.aborted) throw new ChatError("timeout", "discord.image-timeout", { name }, { cause });
    throw new ChatError("unavailable", "discord.image-unreachable", { name }, { cause });
  }
}
