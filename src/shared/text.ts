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
function graphemeStart(text: string, index: number): number {
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

/**
 * The last position at or before `length` (in UTF-16 units, as both platforms count) where a text may be cut: within no
 * grapheme, and within no match of `whole`, unless one alone is too long.
 */
export function cutAt(text: string, length: number, whole: RegExp): number {
  if (text.length <= length) return text.length;
  let end = length;
  for (const { 0: match, index } of text.matchAll(whole)) {
    if (index >= end) break;
    if (index + match.length > end) end = index;
  }
  return graphemeStart(text, end || length) || length;
}

/** Escapes, code and links of Markdown: half of one means something else. */
export const UNCUT = /\\[^\sA-Za-z0-9]|`[^`\n]+`|\[[^\]\n]*\]\([^)\s]*\)|https?:\/\/\S+/g;

const CUT = " …";
const FENCE = "\n```";

/**
 * What is shown of a text where there is no room for all of it; a code block that is cut is closed.
 * @param whole what is never cut in two; {@link UNCUT} in Markdown
 */
export function shorten(text: string, length: number, whole: RegExp): string {
  if (text.length <= length) return text;
  const kept = text.slice(0, cutAt(text, length - CUT.length - FENCE.length, whole)) + CUT;
  const open = (kept.match(/```/g) ?? []).length % 2 === 1;
  return open ? kept + FENCE : kept;
}

/** A text's words, as it is searched for them: letters and digits, without what stands between. */
export function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}

/** "octaveScale" is written `octave-scale` by people. */
export function kebab(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

const PLAIN = new Intl.NumberFormat("en", { useGrouping: false, maximumFractionDigits: 20 });

/** A number as options read it: never as 1e-7. */
export function plainNumber(value: number): string {
  return PLAIN.format(value);
}

/** Names are people's own choice: they must not become formatting. */
export function plain(name: string): string {
  return name.replace(/[*_`~[\]<>\\]/g, "").trim() || sentence("person.unnamed");
}

/**
 * A text as it is shown between marks of code, which it cannot end: what people and their files say in options must not
 * become links and formatting of the bot's.
 */
export function inCode(text: string): string {
  return text.replaceAll("`", "'").replaceAll(/\s*[\n\r]\s*/g, " ");
}

/** "8 s", "1 min 20 s", "1 h 5 min": exact below ten seconds, coarser above, as an estimate deserves. */
export function duration(seconds: number): string {
  if (!(seconds > 0)) return sentence("duration.seconds", { seconds: 0 });
  if (seconds < 10) return sentence("duration.seconds", { seconds: Math.max(1, Math.round(seconds)) });
  const rounded = seconds < 90 ? Math.round(seconds / 5) * 5 : Math.round(seconds / 10) * 10;
  if (rounded < 60) return sentence("duration.seconds", { seconds: rounded });
  if (rounded < 3600) return sentence("duration.minutes", { minutes: Math.floor(rounded / 60), seconds: rounded % 60 });
  const minutes = Math.round(rounded / 60);
  return sentence("duration.hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
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
