import { cutAt } from "../markdown/message-text.js";
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

/** Entities, links and mentions: half of one means something else. */
const WHOLE = /&(?:amp|lt|gt);|<[^<>\n]*>/g;

/** Pieces of at most `length` characters, cut at line breaks where there are some. */
export function split(text: string, length: number): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > length) {
    const line = rest.lastIndexOf("\n", length);
    const cut = line > length / 2 ? line : cutAt(rest, length, WHOLE);
    pieces.push(rest.slice(0, cut));
    rest = rest.slice(cut).replace(/^\n/, "");
  }
  return rest === "" ? pieces : [...pieces, rest];
}
