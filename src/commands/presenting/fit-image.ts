import type { OutgoingMessage, Picture } from "../../port/messages.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { sharp } from "../../shared/sharp.js";
import { fitFilm } from "./fit-film.js";

/** Below this a picture is not made smaller any more: it would not be worth looking at. */
const SMALLEST_BYTES = 10_000;

/** A message whose pictures are within a platform's limit of bytes a file. */
export async function fitMessage(message: OutgoingMessage, maxBytes: number): Promise<OutgoingMessage> {
  if (!message.pictures?.some((picture) => picture.bytes.byteLength > maxBytes)) return message;
  const pictures = await Promise.all(message.pictures.map((picture) => fitImage(picture, maxBytes)));
  const stilled = message.pictures.some(
    (before, index) => moves(before.type) && pictures[index]?.type === "image/jpeg",
  );
  return { ...message, pictures, ...(stilled ? { text: `${message.text}\n${sentence("film.stilled")}` } : {}) };
}

/**
 * The picture itself when it fits, else a JPEG that does: less exact first, then with fewer pixels. A film becomes a smaller film, as long as
 * that is possible.
 */
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

/** Kinds of files that may hold an animation. */
function moves(type: string): boolean {
  return type === "image/webp" || type === "image/gif";
}
