/** What a message of Discord's shows, wherever it holds it. Pure: a message in, addresses out. */
import {
  type APIAttachment,
  type APIComponentInContainer,
  type APIEmbed,
  type APIMessage,
  type APIMessageSnapshotFields,
  type APIMessageTopLevelComponent,
  type APIStickerItem,
  type APIThumbnailComponent,
  type APIUnfurledMediaItem,
  AttachmentFlags,
  type CDN,
  ComponentType,
  EmbedType,
  MessageType,
  StickerFormatType,
} from "discord.js";
import { distinctById } from "../../shared/distinct.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { readFileName } from "./compose.js";
import { SHOWN_EMOJI } from "./limits.js";

/** One image that a message shows. */
export interface Medium {
  /** Finds it again in the same message, for an address that has not ended. */
  readonly id: string;
  readonly url: string;
  readonly name: string;
  readonly type: string;
  readonly size?: number | undefined;
  readonly description?: string | undefined;
  readonly spoiler?: true | undefined;
  /** It stands beside what the message is about: a small preview of a linked page, a sticker, an emoji. */
  readonly aside?: true;
}

type Holder = Partial<APIMessageSnapshotFields>;

const UNKNOWN_TYPE = "application/octet-stream";
const IMAGE_NAME = /\.(png|jpe?g|webp|gif|avif|heic|tiff?|mp4|m4v|mov|webm)$/i;
/** Media types of what commands work on. */
const TAKEN = /^(image\/|video\/(mp4|x-m4v|quicktime|webm)\b)/;

/** All that a message shows, and the messages that it forwards: what it is about first. */
export function mediaOf(message: APIMessage, cdn: Pick<CDN, "emoji" | "sticker">): readonly Medium[] {
  const forwarded = (message.message_snapshots ?? []).map((snapshot): Holder => snapshot.message);
  const all = [message as Holder, ...forwarded].flatMap((holder) => ofHolder(holder, cdn));
  const distinct = distinctById(all);
  return [...distinct.filter(({ aside }) => !aside), ...distinct.filter(({ aside }) => aside)];
}

function ofHolder(holder: Holder, cdn: Pick<CDN, "emoji" | "sticker">): Medium[] {
  // Servers other than Discord leave fields out, or set them to null.
  const { attachments, components, embeds, sticker_items: stickers, content } = holder;
  return [
    ...(attachments ?? []).flatMap(ofAttachment),
    ...(components ?? []).flatMap(ofComponent),
    ...(embeds ?? []).flatMap(ofEmbed),
    ...(stickers ?? []).flatMap((sticker) => ofSticker(sticker, cdn)),
    ...emojiIn(content ?? "", cdn),
  ];
}

function ofAttachment(attachment: APIAttachment): Medium[] {
  const medium = ofFile(attachment);
  return isImage(attachment.content_type, nameOf(attachment)) ? [medium] : [];
}

/** A file, whatever it is. */
export function ofFile(attachment: APIAttachment): Medium {
  const { id, url, size, flags = 0 } = attachment;
  const { name, spoiler } = readFileName(nameOf(attachment));
  return {
    id,
    url,
    name,
    type: attachment.content_type ?? UNKNOWN_TYPE,
    size,
    description: attachment.description ?? undefined,
    spoiler: spoiler || (flags & AttachmentFlags.IsSpoiler) !== 0 || undefined,
  };
}

/** Files that components show are not among the message's attachments. */
function ofComponent(
  component: APIMessageTopLevelComponent | APIComponentInContainer | APIThumbnailComponent,
): Medium[] {
  switch (component.type) {
    case ComponentType.MediaGallery:
      return component.items.flatMap(({ media, ...about }) => ofMedia(media, about));
    case ComponentType.Thumbnail:
      return ofMedia(component.media, component);
    case ComponentType.File:
      return ofMedia(component.file, component);
    case ComponentType.Section:
      return component.accessory.type === ComponentType.Thumbnail ? ofComponent(component.accessory) : [];
    case ComponentType.Container: {
      const hidden = component.spoiler === true ? { spoiler: true as const } : {};
      return component.components.flatMap(ofComponent).map((medium) => Object.assign({}, medium, hidden));
    }
    default:
      return [];
  }
}

interface About {
  readonly name?: string;
  readonly size?: number;
  readonly description?: string | null;
  readonly spoiler?: boolean;
}

/** A file of the message's own, or one from elsewhere, which Discord's proxy serves. */
function ofMedia(media: APIUnfurledMediaItem, about: About): Medium[] {
  const { attachment_id: attachment, proxy_url: proxied, content_type: type } = media;
  const url = attachment === undefined ? proxied : media.url;
  const { name, spoiler } = readFileName(about.name ?? lastOf(media.url));
  if (url === undefined || !isImage(type, name)) return [];
  const hidden = spoiler || about.spoiler === true || undefined;
  const description = about.description ?? undefined;
  const id = attachment ?? media.url;
  return [{ id, url, name, type: type ?? UNKNOWN_TYPE, size: about.size, description, spoiler: hidden }];
}

/** Images behind links, as Discord's own proxy serves them. */
function ofEmbed({ type, image, thumbnail }: APIEmbed): Medium[] {
  const shown = image ?? thumbnail;
  const url = shown?.proxy_url;
  if (shown === undefined || url === undefined) return [];
  const small = image === undefined && type !== EmbedType.Image && type !== EmbedType.GIFV;
  const medium = { id: shown.url, url, name: lastOf(shown.url), type: UNKNOWN_TYPE };
  return [small ? { ...medium, aside: true } : medium];
}

const STICKERS: Readonly<Partial<Record<StickerFormatType, "png" | "gif">>> = {
  [StickerFormatType.PNG]: "png",
  [StickerFormatType.APNG]: "png",
  [StickerFormatType.GIF]: "gif",
};

/** Lottie stickers are drawings in JSON. */
function ofSticker({ id, name, format_type }: APIStickerItem, cdn: Pick<CDN, "sticker">): Medium[] {
  const extension = STICKERS[format_type];
  if (!extension) return [];
  const url = cdn.sticker(id, extension);
  return [{ id, url, name: `${name}.${extension}`, type: `image/${extension}`, aside: true }];
}

function emojiIn(content: string, cdn: Pick<CDN, "emoji">): Medium[] {
  const written = [...content.matchAll(/<(a?):(\w{2,32}):(\d{1,20})>/g)].slice(0, SHOWN_EMOJI);
  return written.map(([, animated, name = "", id = ""]) => {
    const extension = animated ? "gif" : "png";
    const url = cdn.emoji(id, { extension });
    return { id, url, name: `${name}.${extension}`, type: `image/${extension}`, aside: true };
  });
}

/** Types of messages in which people or bots say something, and which are never empty therefore. */
const SAID: ReadonlySet<MessageType | undefined> = new Set([
  MessageType.Default,
  MessageType.Reply,
  MessageType.ChatInputCommand,
  MessageType.ContextMenuCommand,
]);

/**
 * Whether a message was emptied before it came here: without the intent "Message Content" Discord removes text, files,
 * embeds and components of others' messages, people's, bots' and webhooks'.
 */
export function isEmpty(message: APIMessage): boolean {
  const { type, poll, message_snapshots: forwarded } = message as Partial<APIMessage>;
  const holds = isFull(message) || (forwarded ?? []).some((snapshot) => isFull(snapshot.message));
  return SAID.has(type) && !holds && poll === undefined;
}

function isFull({ content, attachments, embeds, components, sticker_items }: Holder): boolean {
  const lists = [attachments, embeds, components, sticker_items];
  return (content ?? "") !== "" || lists.some((list) => list && list.length > 0);
}

/** By its type; by its name where a server does not know the type. */
function isImage(type: string | null | undefined, name: string): boolean {
  return type && type !== UNKNOWN_TYPE ? TAKEN.test(type) : IMAGE_NAME.test(name);
}

function nameOf({ filename, url }: APIAttachment): string {
  return filename || lastOf(url);
}

/** The last part of an address's path. */
function lastOf(url: string): string {
  const path = URL.canParse(url) ? new URL(url).pathname : "";
  return path.split("/").at(-1) || sentence("chat.unnamed-image");
}
