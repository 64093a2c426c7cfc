import { cutAt } from "../markdown/message-text.js";

const CUT = " …";
const FENCE = "\n```";
/** Escapes, mentions, code and links: half of one means something else. */
const WHOLE = /\\[^\s\w]|<@\d+>|`[^`\n]+`|\[[^\]\n]*\]\([^)\s]*\)|https?:\/\/\S+/g;

/** At most this many characters; a code block that is cut is closed. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  const kept = text.slice(0, cutAt(text, length - CUT.length - FENCE.length, WHOLE)) + CUT;
  const open = (kept.match(/```/g) ?? []).length % 2 === 1;
  return open ? kept + FENCE : kept;
}
