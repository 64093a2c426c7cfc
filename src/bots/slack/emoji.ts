import { readFileSync } from "node:fs";

/** Slack's names of emoji; `scripts/slack-emoji.ts` writes the file. */
const FILE = new URL("../../../config/slack-emoji.json", import.meta.url);

const byName = new Map<string, string>(
  Object.entries(JSON.parse(readFileSync(FILE, "utf8")) as Record<string, string>),
);
const byEmoji = new Map<string, string>();
// Of several names the first is the one that Slack shows.
for (const [name, emoji] of byName) if (!byEmoji.has(bare(emoji))) byEmoji.set(bare(emoji), name);

/** By itself, after `name:`, and one after another, as in `:sunflower::0.3`; not in `look:creatures:`. */
const NAMED = /(?<=^|[\s:=,;("'«]):([^\s:<>]{1,100}(?:::skin-tone-[2-6])?):/gu;

/** Slack counts skin tones from 2 (light) to 6 (dark). */
const TONES = ["\u{1F3FB}", "\u{1F3FC}", "\u{1F3FD}", "\u{1F3FE}", "\u{1F3FF}"];

/**
 * What a reaction's name stands for.
 *
 * @example toUnicode("heart"); // "❤️"
 * @example toUnicode("wave::skin-tone-3"); // "👋🏼"
 * @example toUnicode("partyparrot"); // ":partyparrot:", the workspace's own
 */
export function toUnicode(name: string): string {
  const [base = "", tone] = name.split("::");
  // Other servers may say the emoji itself.
  const emoji = byName.get(base) ?? (byEmoji.has(bare(base)) ? base : undefined);
  if (emoji === undefined) return `:${base}:`;
  const modifier = TONES[Number(/^skin-tone-([2-6])$/.exec(tone ?? "")?.[1]) - 2];
  return modifier === undefined ? emoji : toned(emoji, modifier);
}

/**
 * Typed emoji in place of the names that Slack hands over for them; a name that it does not know is a workspace's own
 * emoji, or no emoji, and stays.
 */
export function withEmoji(text: string): string {
  return text.replace(NAMED, (_, name: string) => toUnicode(name));
}

/** The name of an emoji, or of a workspace's own one written ":name:"; undefined for one that Slack does not know. */
export function toName(emoji: string): string | undefined {
  const own = /^:([^:\s]+(?:::skin-tone-[2-6])?):$/.exec(emoji)?.[1];
  if (own !== undefined) return own;
  const known = byEmoji.get(bare(emoji));
  if (known !== undefined) return known;
  const tone = TONES.findIndex((modifier) => emoji.includes(modifier));
  const base = tone < 0 ? undefined : byEmoji.get(bare(emoji.replaceAll(TONES[tone] ?? "", "")));
  return base === undefined ? undefined : `${base}::skin-tone-${tone + 2}`;
}

/** The modifier follows the person, and takes the place of the variation selector. */
function toned(emoji: string, modifier: string): string {
  const [first = "", ...rest] = emoji;
  return [first, modifier, ...(rest[0] === "\uFE0F" ? rest.slice(1) : rest)].join("");
}

/** Without variation selectors, which people and platforms add and drop. */
function bare(emoji: string): string {
  return emoji.replaceAll("\uFE0F", "");
}
