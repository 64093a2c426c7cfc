import known from "./emoji.json";

/** One of a small set that serves talk about pictures, with English words to find it by. */
interface Emoji {
  readonly char: string;
  readonly words: string;
}

type EmojiGroup = keyof typeof known;

/** Those that do something here: a favourite, and a dream in an art channel. */
export const quickReactions = ["❤️", "👁️"] as const;

export const emojiGroups = Object.entries(known).map(([name, emoji]) => ({
  name: name as EmojiGroup,
  emoji: Object.entries(emoji).map(([char, words]): Emoji => ({ char, words })),
}));

/** Emoji of which every typed word begins some word. */
export function searchEmoji(query: string): Emoji[] {
  const wanted = query.toLowerCase().split(/\s+/).filter(Boolean);
  const all = emojiGroups.flatMap((group) => group.emoji);
  return all.filter(({ char, words }) =>
    wanted.every((word) => char === word || words.split(" ").some((each) => each.startsWith(word))),
  );
}

/** One to three emoji and nothing else: shown large. */
export function isOnlyEmoji(text: string): boolean {
  if (!/^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u200D|\uFE0F|\s)+$/u.test(text)) return false;
  const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text.replace(/\s/g, ""));
  const count = [...graphemes].length;
  return count > 0 && count <= 3;
}
