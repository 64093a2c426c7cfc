const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** What a reader takes for single characters: an emoji of several code points, a letter with its accents. */
export function graphemesOf(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/**
 * Where the character begins, as a reader sees it, that has the UTF-16 code unit at `index`; `index` itself at the
 * text's end.
 */
export function graphemeStart(text: string, index: number): number {
  return segmenter.segment(text).containing(index)?.index ?? index;
}

/**
 * At most `length` UTF-16 code units, as the platforms count, never ending inside a character as a reader sees it; a
 * text that was cut ends in `mark`.
 *
 * @example cutText("A long title", 8); // "A long …"
 */
export function cutText(text: string, length: number, mark = "…"): string {
  if (text.length <= length) return text;
  return text.slice(0, graphemeStart(text, Math.max(0, length - mark.length))) + mark;
}

/** "octaveScale" is written `octave-scale` by people. */
export function kebab(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
