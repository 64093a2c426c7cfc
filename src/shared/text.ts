import { sentence } from "./sentences/sentence.js";

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

/** Names are people's own choice: they must not become formatting. */
export function plain(name: string): string {
  return name.replace(/[*_`~[\]<>\\]/g, "").trim() || sentence("person.unnamed");
}

/** "8 s", "1 min 20 s", "1 h 5 min": exact below ten seconds, coarser above, as an estimate deserves. */
export function duration(seconds: number): string {
  if (!(seconds > 0)) return sentence("duration.seconds", { seconds: 0 });
  if (seconds < 10) return sentence("duration.seconds", { seconds: Math.max(1, Math.round(seconds)) });
  const rounded = seconds < 90 ? Math.round(seconds / 5) * 5 : Math.round(seconds / 10) * 10;
  if (rounded < 60) return sentence("duration.seconds", { seconds: rounded });
  if (rounded < 3600) return sentence("duration.minutes", { minutes: Math.floor(rounded / 60), seconds: rounded % 60 });
  const minutes = Math.round((rounded % 3600) / 60);
  return sentence("duration.hours", { hours: Math.floor(rounded / 3600), minutes });
}

/** Hours and minutes in UTC. @example "14:05" */
export function timeOfDay(at: Date | number): string {
  return new Date(at).toISOString().slice(11, 16);
}

/** How long something took, to a tenth of a second while that matters. */
export function elapsed(seconds: number): string {
  return seconds < 20 ? sentence("duration.seconds", { seconds: seconds.toFixed(1) }) : duration(seconds);
}

/** "a", "a and b", "a, b and c". */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return sentence("list.and", { list: words.slice(0, -1).join(", "), last: words.at(-1) ?? "" });
}
