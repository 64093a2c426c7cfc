import type { User } from "../../domain/model.js";
import type { Progress } from "../../port/messages.js";
import { graphemeStart } from "../../shared/text.js";

const CELLS = 12;

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
export const UNCUT = /\\[^\s\w]|`[^`\n]+`|\[[^\]\n]*\]\([^)\s]*\)|https?:\/\/\S+/g;

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

/** Mentions in the notation that Discord and Slack share. */
export function mentions(users: readonly User[] = []): string {
  return users.map(({ id }) => `<@${id}>`).join(" ");
}

/** A bar of text, since neither platform draws one. @example "▰▰▰▱▱▱▱▱▱▱▱▱ 25 %" */
export function progressBar({ value }: Progress, mark = ""): string {
  const part = Math.min(1, Math.max(0, value));
  const full = Math.round(part * CELLS);
  return `${mark}${"▰".repeat(full)}${"▱".repeat(CELLS - full)}${mark} ${Math.round(part * 100)} %`;
}
