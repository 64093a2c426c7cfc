import { cutAt, shorten as shortenText } from "../../shared/text.js";
import { withEmoji } from "./emoji.js";

/** What a user typed: entities, Slack's link brackets and names of emoji undone, curly quotes made straight. */
export function fromMrkdwn(text: string): string {
  const typed = text
    .replace(/<(https?:\/\/[^>|]+)(?:\|([^>]*))?>/g, (_, link: string, label = "") => typedLink(link, label))
    .replace(/<(?:mailto:|tel:)[^>|]+\|([^>]*)>/g, "$1")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&")
    .replace(/[“”„]/g, '"')
    .replace(/[‘’]/g, "'")
    .replaceAll("\u00A0", " ")
    .replaceAll("\u200b", "");
  return withEmoji(typed);
}

/** Slack makes a link of a word like "rust.art" too; one with a path is meant for a link. */
function typedLink(link: string, label: string): string {
  return !label.includes("/") && link.replace(/^https?:\/\//, "").replace(/\/$/, "") === label ? label : link;
}

/** Entities, links, mentions and code: half of one means something else. */
const WHOLE = /&(?:amp|lt|gt);|<[^<>\n]*>|`[^`\n]+`/g;
const FENCE = "```";

/**
 * Pieces of at most `length` characters, cut at line breaks where there are some. A code block is cut only where it is
 * too long for a piece, and is one in each of them.
 */
export function split(text: string, length: number): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > length) {
    const { piece, next } = cutPiece(rest, length);
    pieces.push(piece);
    rest = next;
  }
  return rest === "" ? pieces : [...pieces, rest];
}

function cutPiece(text: string, length: number): { readonly piece: string; readonly next: string } {
  const cut = cutFrom(text, length, 0);
  const opened = openFence(text.slice(0, cut));
  if (opened === undefined) return { piece: text.slice(0, cut), next: text.slice(cut).replace(/^\n/, "") };
  const end = text.indexOf(FENCE, opened + FENCE.length) + FENCE.length;
  // The whole block goes into the next piece, or it is two blocks.
  if (opened > 0 && end - opened <= length)
    return { piece: text.slice(0, opened).replace(/\n$/, ""), next: text.slice(opened) };
  const inside = cutFrom(text, length - FENCE.length, opened + FENCE.length);
  return { piece: text.slice(0, inside) + FENCE, next: FENCE + text.slice(inside).replace(/^\n/, "") };
}

/** Where to cut, after `least`. */
function cutFrom(text: string, length: number, least: number): number {
  const line = text.lastIndexOf("\n", length);
  return line > Math.max(least, length / 2) ? line : cutAt(text, length, WHOLE);
}

/** Where the code block begins that a text ends in. */
function openFence(text: string): number | undefined {
  const fences = [...text.matchAll(/```/g)];
  return fences.length % 2 === 1 ? fences.at(-1)?.index : undefined;
}

/** What is shown of a text where there is no room for all of it. */
export const shorten = (text: string, length: number): string => shortenText(text, length, WHOLE);
