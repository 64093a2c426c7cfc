import type { ChannelRef } from "../../domain/channel.js";
import type { Chat } from "../../port/adapter.js";
import type { OutgoingMessage, Picture } from "../../port/messages.js";
import { sharp } from "../../shared/native.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { fitFilm } from "./fit-film.js";

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

/** The image itself when it fits, else a JPEG of less quality or fewer pixels. A film stays one where it can. */
export async function fitImage(picture: Picture, maxBytes: number): Promise<Picture> {
  if (picture.bytes.byteLength <= maxBytes) return picture;
  const film = moves(picture.type) ? await fitFilm(picture, maxBytes) : undefined;
  if (film) return film;
  const limit = Math.max(maxBytes, SMALLEST_BYTES);
  const { width } = await sharp(picture.bytes).metadata();
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
    bytes = await sharp(picture.bytes).resize({ width: columns }).jpeg({ quality }).toBuffer();
    if (bytes.byteLength <= limit) break;
  }
  return { ...picture, bytes, name: picture.name.replace(/\.[^.]*$/, ".jpg"), type: "image/jpeg" };
}

/** Whether a file of this type may hold an animation. */
function moves(type: string): boolean {
  return type === "image/webp" || type === "image/gif";
}
