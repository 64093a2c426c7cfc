/** Masks that are drawn on pictures of drafts. */
import { maskFile, type Stroke } from "../components/mask-strokes.js";
import { sentence } from "../text/sentences.js";
import { draftOf, measure, setDraft } from "./drafts.js";
import { type Attachment, getState } from "./store.js";

/** What was drawn on a picture, as long as the page keeps the picture. */
const drawn = new WeakMap<File, { strokes: readonly Stroke[] }>();

export function strokesOf({ file }: Attachment): { strokes: readonly Stroke[] } {
  const known = drawn.get(file) ?? { strokes: [] };
  drawn.set(file, known);
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

/** A line that says where: a dream's, where nothing is written yet. */
function withMask(text: string): string {
  const line = text.trim();
  if (line === "") return "/dream where:mask";
  return line.startsWith("/") && !/\bwhere[:=]/i.test(line) ? `${line} where:mask` : text;
}
