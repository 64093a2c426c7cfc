import { graphemeStart } from "../../shared/text.js";

/**
 * The last place at or before `length` (in UTF-16 units, as both platforms count) where a text may be cut: within no grapheme, and within no
 * match of `whole`, unless one alone is too long.
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
