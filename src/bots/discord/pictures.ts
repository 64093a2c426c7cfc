import {
  type APIAttachment,
  type APIEmbed,
  type APIMessage,
  AttachmentFlags,
  EmbedType,
  MessageType,
  Routes,
} from "discord.js";
import type { MessageRef } from "../../domain/message.js";
import type { User } from "../../domain/user.js";
import { ChatError } from "../../port/chat-error.js";
import type { Picture, PictureSource } from "../../port/messages.js";
import type { Calls } from "./calls.js";
import { channelOf } from "./channels.js";
import { readFileName } from "./compose.js";

const UNKNOWN_TYPE = "application/octet-stream";
const PICTURE_NAME = /\.(png|jpe?g|webp|gif|avif|heic|tiff?)$/i;

/** Pictures in messages and in the options of commands. Their addresses are signed and expire; those of a message are asked anew then. */
export class Pictures {
  /** @param self the bot's own id, whose pictures have other authors */
  constructor(
    private readonly calls: Calls,
    private readonly self: () => string | undefined,
  ) {}

  /** A file that a person gave with a command, whatever it is. */
  ofOption(attachment: APIAttachment, author: User): PictureSource {
    return this.#source(attachment, { author });
  }

  /** The pictures that a message shows: its attachments, forwarded ones, and those behind its links that Discord shows. */
  ofMessage(message: APIMessage, ref: MessageRef): PictureSource[] {
    const { author: by, embeds } = message as Partial<APIMessage>;
    const author =
      !by || by.id === this.self() ? undefined : { id: by.id, name: by.global_name || by.username || "somebody" };
    const attached = attachmentsOf(message).filter(isPicture);
    const shown = (embeds ?? []).flatMap((embed) => this.#ofEmbed(embed, ref, author));
    return [...attached.map((attachment) => this.#source(attachment, { author, ref })), ...shown];
  }

  /** @throws ChatError "gone" when the message is. */
  async message({ channel, id }: MessageRef): Promise<APIMessage> {
    return this.calls.run<APIMessage>({
      method: "GET",
      route: Routes.channelMessage(channelOf(channel), id),
      ms: 20_000,
      doing: "discord.doing.read",
      permission: "Read Message History",
    });
  }

  #source(
    attachment: APIAttachment,
    { author, ref }: { readonly author: User | undefined; readonly ref?: MessageRef },
  ): PictureSource {
    const { name, spoiler } = readFileName(nameOf(attachment));
    const hidden = spoiler || ((attachment.flags ?? 0) & AttachmentFlags.IsSpoiler) !== 0;
    return {
      ...(attachment.size === undefined ? { name } : { name, size: attachment.size }),
      ...(author === undefined ? {} : { author }),
      ...(ref === undefined ? {} : { message: ref }),
      ...(hidden ? { spoiler: true } : {}),
      fetch: async ({ maxBytes, signal }) => {
        const about = { name, type: attachment.content_type ?? UNKNOWN_TYPE, spoiler: hidden, maxBytes, signal };
        const description = attachment.description ?? undefined;
        const picture = await this.#fetchFresh(attachment, ref, about);
        return description === undefined ? picture : { ...picture, description };
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

  /** A picture behind a link, as Discord's own proxy serves it. */
  #ofEmbed(embed: APIEmbed, ref: MessageRef, author: User | undefined): PictureSource[] {
    const image = embed.type === EmbedType.Image ? (embed.thumbnail ?? embed.image) : embed.image;
    const url = image?.proxy_url;
    if (url === undefined) return [];
    const name =
      pathOf(image?.url ?? url)
        .split("/")
        .at(-1) || "picture";
    return [
      {
        name,
        message: ref,
        ...(author === undefined ? {} : { author }),
        fetch: async ({ maxBytes, signal }) => {
          const picture = await download(url, { name, type: UNKNOWN_TYPE, spoiler: false, maxBytes, signal });
          if (!picture) throw new ChatError("gone", "discord.image-gone", { name });
          return picture;
        },
      },
    ];
  }
}

/**
 * Whether a message was emptied before it came here: without the intent "Message Content" Discord takes the words and pictures out of
 * other people's messages. One that really holds nothing does not exist, but for stickers and the like.
 */
export function isEmptied(message: APIMessage): boolean {
  const { content, attachments, embeds, author }: Partial<APIMessage> = message;
  const said = message.type === MessageType.Default || message.type === MessageType.Reply;
  const something = content !== "" || (attachments?.length ?? 0) > 0 || (embeds?.length ?? 0) > 0;
  const other =
    (message.sticker_items?.length ?? 0) > 0 ||
    message.poll !== undefined ||
    (message.message_snapshots?.length ?? 0) > 0;
  return said && !something && !other && author?.bot !== true;
}

function attachmentsOf(message: APIMessage): APIAttachment[] {
  const forwarded = (message.message_snapshots ?? []).flatMap(({ message: { attachments } }) => attachments ?? []);
  return [...((message as Partial<APIMessage>).attachments ?? []), ...forwarded];
}

/** By its type; by its name where a server does not know the type. */
function isPicture(attachment: APIAttachment): boolean {
  const type = attachment.content_type;
  return type && type !== UNKNOWN_TYPE ? type.startsWith("image/") : PICTURE_NAME.test(nameOf(attachment));
}

function nameOf({ filename, url }: APIAttachment): string {
  return filename || pathOf(url).split("/").at(-1) || "picture";
}

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : "";
}

/** Signed addresses say when they end, in seconds since the epoch, in hex. */
function hasExpired(url: string): boolean {
  const end = URL.canParse(url) ? new URL(url).searchParams.get("ex") : null;
  return end !== null && /^[0-9a-f]+$/i.test(end) && Number.parseInt(end, 16) * 1000 <= Date.now();
}

interface Wanted {
  readonly name: string;
  readonly type: string;
  readonly spoiler: boolean;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** The file behind an address; undefined when it is not there, or not any more. */
async function download(url: string, { name, type, spoiler, maxBytes, signal }: Wanted): Promise<Picture | undefined> {
  const tooLarge = () =>
    new ChatError("too-large", "discord.image-too-large", { name, megabytes: (maxBytes / 1024 / 1024).toFixed(0) });
  try {
    const response = await fetch(url, { signal, redirect: "error" });
    if ([403, 404, 410].includes(response.status)) {
      await response.body?.cancel();
      return undefined;
    }
    if (!response.ok || !response.body)
      throw new ChatError("unavailable", "discord.image-refused", { name, status: response.status });
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const part of response.body) {
      bytes += part.byteLength;
      if (bytes > maxBytes) throw tooLarge();
      parts.push(part);
    }
    return { bytes: Buffer.concat(parts), name, type, ...(spoiler ? { spoiler } : {}) };
  } catch (cause) {
    if (cause instanceof ChatError) throw cause;
    if (signal.aborted) throw new ChatError("timeout", "discord.image-timeout", { name }, { cause });
    throw new ChatError("unavailable", "discord.image-unreachable", { name }, { cause });
  }
}
