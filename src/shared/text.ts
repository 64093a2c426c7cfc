const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** What a reader takes for single characters: an emoji of several code points, a letter with its accents. */
export function graphemesOf(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/**
 * At most `length` UTF-16 code units, as the platforms count, never ending inside a character as a reader sees it; a text that was cut
 * ends in `mark`.
 *
 * @example cutText("A long title", 8); // "A long …"
 */
export function cutText(text: string, length: number, mark = "…"): string {
  if (text.length <= length) return text;
  const end = Math.max(0, length - mark.length);
  return text.slice(0, segmenter.segment(text).containing(end)?.index ?? end) + mark;
}
