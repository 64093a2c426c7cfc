import type { ChannelRef } from "../../domain/model.js";
import type { Chat } from "../../port/adapter.js";
import type { OutgoingMessage, Picture } from "../../port/messages.js";
import { withImage } from "../../shared/image-process.js";
import { MAX_INPUT_PIXELS, PictureError } from "../../shared/inspect-image.js";
import { sentence } from "../../shared/sentences/sentence.js";

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
  const limits = { name: picture.name, maxPixels: MAX_INPUT_PIXELS, maxBytes };
  try {
    const { bytes, type, extension } = await withImage("smaller", picture.bytes, limits);
    return { ...picture, bytes, type, name: picture.name.replace(/\.[^.]*$/, `.${extension}`) };
  } catch (error) {
    // What never can be made smaller goes as it is: the chat says what is the matter with it.
    if (error instanceof PictureError && error.identifier !== "image.busy") return picture;
    throw error;
  }
}

/** Whether a file of this type may hold an animation. */
function moves(type: string): boolean {
  return type === "image/webp" || type === "image/gif";
}
