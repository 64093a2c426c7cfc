/** Names that people give themselves and channels: what looks like another name is none. */
import unhomoglyph from "unhomoglyph";
import { ChatError } from "../../port/chat-error.js";

const CHANNEL_NAME = /^[\p{Ll}\p{Lo}\p{N}][\p{Ll}\p{Lo}\p{N}-]{0,31}$/u;

export const LONGEST_NAME = 32;

/** What is not seen, but makes another name of it. U+2800 is a Braille letter without dots. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/gu;
/** What of it emoji and scripts need: joiners, selectors of a letter's shape, the letters of a flag. */
const NEEDED = new RegExp(
  String.raw`(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}]\uFE0F?)\u200D(?=\p{Extended_Pictographic})` +
    String.raw`|(?<=[\p{Emoji}\p{Script=Han}])[\uFE00-\uFE0F\u{E0100}-\u{E01EF}]` +
    String.raw`|(?<=\p{Script=Arabic}|(?!\p{Script=Inherited})\p{M})[\u200C\u200D](?=\p{L})` +
    String.raw`|(?<=\p{Script=Mongolian})[\u180B-\u180F]|(?<=\u{1F3F4})[\u{E0020}-\u{E007E}]+\u{E007F}`,
  "gu",
);
const SEEN = /[\p{L}\p{N}\p{P}\p{S}]/u;
const LATIN = /\p{Script=Latin}/u;
const OF_ANOTHER_SCRIPT = /(?!\p{Script=Latin}|\p{Script=Common}|\p{Script=Inherited})\p{L}/u;

/** What two names have in common that people take for the same; see {@link skeletonsOf}. */
export interface Skeletons {
  readonly skeleton: string;
  readonly folded: string;
}

/**
 * The skeletons of Unicode's TR39: of a name as it is written, and of its small letters. Names with one in common are
 * mistaken for each other, in small or capital letters.
 *
 * @example alike(skeletonsOf("DreamIoom"), skeletonsOf("dream\u217Coom")); // true: a capital i, a Roman numeral
 */
export function skeletonsOf(name: string): Skeletons {
  return { skeleton: looks(looks(name).toLowerCase()), folded: looks(name.toLowerCase()) };
}

function looks(text: string): string {
  return unhomoglyph(text.normalize("NFKD").replace(UNSEEN, "")).normalize("NFKD");
}

export function alike(a: Skeletons, b: Skeletons): boolean {
  return [a.skeleton, a.folded].some((one) => one === b.skeleton || one === b.folded);
}

/** Skeletons without accents, spaces and signs, unless there is nothing else. */
export function lettersOf({ skeleton, folded }: Skeletons): Skeletons {
  const letters = (text: string) => text.replace(/[^\p{L}\p{N}]/gu, "") || text;
  return { skeleton: letters(skeleton), folded: letters(folded) };
}

/**
 * A person's name, white space folded.
 * @throws ChatError for one that is too long, holds what is not seen, or mixes letters that look the same
 */
export function readName(text: string): string {
  const name = text.normalize("NFC").replace(/[@#]/g, "").replace(/\s+/g, " ").trim();
  if (name.length < 1 || name.length > LONGEST_NAME) throw new ChatError("forbidden", "web.name-length");
  mustBePlain(name);
  return name;
}

/**
 * A channel's name, in small letters with hyphens.
 * @param others channels that may not be called the same, or what looks the same
 * @throws ChatError
 */
export function readChannelName(text: string, others: readonly { readonly name: string }[]): string {
  const name = text.trim().replace(/^#/, "").toLowerCase().replace(/\s+/g, "-");
  if (!CHANNEL_NAME.test(name)) throw new ChatError("forbidden", "web.channel-name");
  mustBePlain(name);
  const skeletons = skeletonsOf(name);
  const like = others.find((other) => alike(skeletons, skeletonsOf(other.name)));
  if (like) throw new ChatError("forbidden", "web.channel-exists", { name: like.name });
  return name;
}

function mustBePlain(name: string): void {
  const unneeded = name.replace(NEEDED, "").replace(UNSEEN, "") !== name.replace(NEEDED, "");
  if (unneeded || !SEEN.test(name.replace(UNSEEN, ""))) throw new ChatError("forbidden", "web.name-unseen");
  if (name.split(/[^\p{L}\p{M}]+/u).some(mixesLookalikes)) throw new ChatError("forbidden", "web.name-mixed");
}

/** Whether a word of Latin letters has others that look like some. Scripts that go together do not. */
function mixesLookalikes(word: string): boolean {
  return LATIN.test(word) && [...word].some((letter) => OF_ANOTHER_SCRIPT.test(letter) && LATIN.test(looks(letter)));
}
