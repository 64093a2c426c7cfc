/** Masks that are drawn on pictures: on those of drafts, and on those that are in a channel. */

import type { WireImage, WireMessage } from "../../wire.js";
import { maskFile, type Stroke } from "../components/mask-strokes.js";
import { sentence } from "../text/sentences.js";
import { answer, draftOf, focusDraft, measure, setDraft } from "./drafts.js";
import { type Attachment, getState, timelineKey } from "./store.js";

/** What was drawn on a picture. */
export interface Drawn {
  strokes: readonly Stroke[];
}

/** On files, as long as the page keeps them; on pictures in channels, by their addresses, the newest last. */
const onFiles = new WeakMap<File, Drawn>();
const onPictures = new Map<string, Drawn>();
const MOST_PICTURES = 20;

export function drawnOnFile(file: File): Drawn {
  const known = onFiles.get(file) ?? { strokes: [] };
  onFiles.set(file, known);
  return known;
}

export function drawnOnPicture(url: string): Drawn {
  const known = onPictures.get(url) ?? { strokes: [] };
  onPictures.delete(url);
  onPictures.set(url, known);
  for (const oldest of [...onPictures.keys()].slice(0, -MOST_PICTURES)) onPictures.delete(oldest);
  return known;
}

/**
 * Puts a mask behind the picture that it was drawn on, in the place of the one before; the line says that it is meant.
 * @throws Error where the message has no place for it
 */
export async function addMask(key: string, picture: Attachment, strokes: readonly Stroke[]): Promise<void> {
  const attachment = { ...(await measure(await maskFile(strokes, picture))), maskOf: picture.key };
  const { files, text } = draftOf(key);
  for (const { url } of files.filter(({ maskOf }) => maskOf === picture.key)) URL.revokeObjectURL(url);
  const others = files.filter(({ maskOf }) => maskOf !== picture.key);
  const most = getState().session?.limits.picturesPerMessage ?? others.length + 1;
  if (others.length >= most) {
    URL.revokeObjectURL(attachment.url);
    throw new Error(sentence("composer.too-many", { count: most }));
  }
  const at = others.findIndex((each) => each.key === picture.key) + 1;
  setDraft(key, { files: [...others.slice(0, at), attachment, ...others.slice(at)], text: withMask(text) });
}

/** Palettes and sheets are chosen from; what is hidden is not shown by the way. */
export function mayBeDrawnOn(message: WireMessage, picture: WireImage | undefined): picture is WireImage {
  if (!picture || message.private) return false;
  const { tiles, sheet, spoiler, url } = picture;
  return !tiles && !sheet && (!spoiler || getState().revealed.has(url));
}

/** A picture of a message, as it is shown where it is talked about. */
export interface ShownPicture {
  readonly message: WireMessage;
  /** Which of its pictures, from 0. */
  readonly picture: number;
  readonly inThread: boolean;
}

/**
 * Makes the next message an answer to this one, with a mask of its picture.
 * @throws Error where the message that is being written has other pictures, which would be taken for the masked one
 */
export async function answerWithMask(
  { message, picture: index, inThread }: ShownPicture,
  strokes: readonly Stroke[],
): Promise<void> {
  const { channel, thread } = getState().route;
  const picture = message.pictures[index];
  if (channel === undefined || !picture) return;
  const key = timelineKey(channel, inThread ? thread : undefined);
  if (draftOf(key).files.some(({ drawnOn }) => !drawnOn)) throw new Error(sentence("mask.other-pictures"));
  const mask = {
    ...(await measure(await maskFile(strokes, picture))),
    drawnOn: { message: message.id, picture: index },
  };
  for (const { url } of draftOf(key).files) URL.revokeObjectURL(url);
  setDraft(key, { files: [mask], text: withMask(draftOf(key).text) });
  answer(key, message);
  focusDraft(key);
}

/** A line that says where: a dream's, where nothing is written yet. */
function withMask(text: string): string {
  const line = text.trim();
  if (line === "") return "/dream where:mask";
  return line.startsWith("/") && !/\bwhere[:=]/i.test(line) ? `${line} where:mask` : text;
}
