import type { ChannelRef } from "../../domain/model.js";
import type { Chat } from "../../port/adapter.js";
import type { OutgoingMessage, Picture } from "../../port/messages.js";
import { sharp } from "../../shared/native.js";
import { sentence } from "../../shared/sentences/sentence.js";

/** Share of the width, every n-th frame kept, and quality, from the best to the smallest. */
const ATTEMPTS = [
  [1, 1, 55],
  [0.75, 1, 60],
  [0.75, 2, 55],
  [0.5, 2, 55],
  [0.5, 3, 45],
  [0.35, 3, 45],
  [0.25, 4, 40],
] as const;
/** Films of more pixels in all are not taken apart: they would need too much memory. */
const MOST_PIXELS = 100_000_000;

/**
 * A film within a limit of bytes: smaller, of fewer frames and less quality. Undefined for a still, and where it cannot
 * be.
 */
async function fitFilm(picture: Picture, maxBytes: number): Promise<Picture | undefined> {
  const {
    width,
    height,
    pages = 1,
    pageHeight = height,
    delay = [],
    loop = 0,
    format,
  } = await sharp(picture.bytes).metadata();
  if (pages < 2 || width * pageHeight * pages > MOST_PIXELS) return undefined;
  for (const [scale, every, quality] of ATTEMPTS) {
    const small = sharp(picture.bytes, { animated: true, limitInputPixels: MOST_PIXELS }).resize({
      width: Math.max(1, Math.round(width * scale)),
    });
    const { data, info } = await small.removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const side = Math.round(info.height / pages);
    const frame = info.width * side * info.channels;
    const kept = Array.from({ length: Math.ceil(pages / every) }, (_, index) => index * every);
    const frames = Buffer.concat(kept.map((index) => data.subarray(index * frame, (index + 1) * frame)));
    const raw = { width: info.width, height: side * kept.length, channels: info.channels, pageHeight: side };
    // A frame that stays stands for those that went.
    const delays = kept.map(
      (index) => delay.slice(index, index + every).reduce((sum, each) => sum + each, 0) || 100 * every,
    );
    const film = sharp(frames, { raw, limitInputPixels: false });
    const encoded =
      format === "gif"
        ? film.gif({ loop, delay: delays, colours: quality > 50 ? 128 : 64 })
        : film.webp({ loop, delay: delays, quality, effort: 3 });
    const bytes = new Uint8Array(await encoded.toBuffer());
    if (bytes.byteLength <= maxBytes) return { ...picture, bytes };
  }
  return undefined;
}

/** An image is not made smaller than this: it would not be worth looking at. */
const SMALLEST_BYTES = 10_000;

/** Largest file in bytes that a channel takes: some allow more than their platform promises everywhere, some less. */
async function uploadBytes(chat: Chat, channel: ChannelRef): Promise<number> {
  try {
    return (await chat.describe(channel)).uploadBytes;
  } catch {
    // Posting will tell what is the matter with the channel.
    return chat.capabilities.uploadBytes;
  }
}

/** A message whose images are within what a channel takes. */
export async function fitToChannel(
  chat: Chat,
  channel: ChannelRef,
  message: OutgoingMessage,
): Promise<OutgoingMessage> {
  return message.pictures?.length ? fitMessage(message, await uploadBytes(chat, channel)) : message;
}

/** A message whose images are within a limit of bytes a file. */
export async function fitMessage(message: OutgoingMessage, maxBytes: number): Promise<OutgoingMessage> {
  if (!message.pictures?.some((picture) => picture.bytes.byteLength > maxBytes)) return message;
  const pictures = await Promise.all(message.pictures.map((picture) => fitImage(picture, maxBytes)));
  const stilled = message.pictures.some(({ type }, index) => moves(type) && pictures[index]?.type === "image/jpeg");
  return { ...message, pictures, text: stilled ? `${message.text}\n${sentence("film.stilled")}` : message.text };
}

/**
 * The image itself when it fits, else a JPEG (a WebP where something is transparent) of less quality or fewer pixels. A
 * film stays one where it can.
 */
export async function fitImage(picture: Picture, maxBytes: number): Promise<Picture> {
  if (picture.bytes.byteLength <= maxBytes) return picture;
  const film = moves(picture.type) ? await fitFilm(picture, maxBytes) : undefined;
  if (film) return film;
  const limit = Math.max(maxBytes, SMALLEST_BYTES);
  const { width, hasAlpha } = await sharp(picture.bytes).metadata();
  // JPEG would show black where there is nothing.
  const [type, extension] = hasAlpha ? ["image/webp", ".webp"] : ["image/jpeg", ".jpg"];
  let bytes: Uint8Array = picture.bytes;
  for (const [quality, scale] of [
    [92, 1],
    [82, 1],
    [82, 0.7],
    [82, 0.5],
    [75, 0.3],
    [70, 0.15],
  ] as const) {
    const columns = Math.max(1, Math.round(width * scale));
    const small = sharp(picture.bytes).resize({ width: columns });
    bytes = await (hasAlpha ? small.webp({ quality }) : small.jpeg({ quality })).toBuffer();
    if (bytes.byteLength <= limit) break;
  }
  return { ...picture, bytes, name: picture.name.replace(/\.[^.]*$/, extension), type };
}

/** Whether a file of this type may hold an animation. */
function moves(type: string): boolean {
  return type === "image/webp" || type === "image/gif";
}
