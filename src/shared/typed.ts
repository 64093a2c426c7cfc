/**
 * Lines as people type and paste them: phones, input methods and chats put in other characters than those that are
 * meant.
 */

/** Node 20 has them, but the compiler takes them in literals only for later targets. */
const UNICODE_SETS = "v";
/** A link, or an emoji: neither is spelt otherwise. */
const AS_IT_IS = new RegExp(
  String.raw`(<?\b[a-z][a-z0-9+.\-]*:\/\/\S+` +
    String.raw`|\p{RGI_Emoji}` +
    String.raw`|\p{Extended_Pictographic}[\uFE0F\p{Emoji_Modifier}]*` +
    String.raw`(?:\u200D\p{Extended_Pictographic}[\uFE0F\p{Emoji_Modifier}]*)*)`,
  `i${UNICODE_SETS}`,
);
const DASHES = /[\p{Pd}\u2212]/gu;
/** Zero-width characters, marks of direction, soft hyphens. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;
/** No space follows these, which have room in themselves; between digits it is a decimal comma. */
const WIDE_COMMA = /(?<!\p{Nd})[，、]|[，、](?!\p{Nd})/gu;

/**
 * The plain characters that are meant: full-width letters, digits and punctuation are narrow (Unicode's NFKC), dashes
 * and minus signs are hyphens, what is invisible is left out. Links and emoji stay as they are.
 *
 * @example plainTyped("strength：−０．５"); // "strength:-0.5"
 */
export function plainTyped(text: string): string {
  return text
    .split(AS_IT_IS)
    .map((piece, index) => (index % 2 === 1 ? piece.replace(/[\u200B\u2060\uFEFF]/g, "") : narrow(piece)))
    .join("");
}

function narrow(text: string): string {
  return text.replace(WIDE_COMMA, ", ").normalize("NFKC").replace(DASHES, "-").replace(INVISIBLE, "");
}

/** Bold, italic, struck, code: marks in pairs around words, also after `name:`. */
const MARKED = /(?<=^|[\s:=,])(`{1,3}|\*{1,3}|_{1,2}|~{1,2})(?=\S)((?:(?!\1)[^\n])*[^\s\\])\1(?=$|[\s:=,.!?])/gu;

/** A line's plain characters, without the marks that make it bold or show it as code. */
export function plainLine(line: string): string {
  // One kind of mark within another.
  return plainTyped(line).replace(MARKED, "$2").replace(MARKED, "$2").trim();
}

/** Between a name and what is said to it, or around a line that is shown as code. */
const BEFORE = /^[\s*_~`>:,;.!?-]+/u;
const AFTER = /[\s*_~`]+$/u;
/** What comes before any command's name where one word stands for all of them: `/dreamloom queue`. */
export const PROGRAM = "dreamloom";

/** A line without its slash: the command's name in lower case, and the rest. */
export interface SaidLine {
  readonly name: string;
  readonly text: string;
}

/**
 * The line in a message to the bot: "@bot: stylize winter", "hey @bot, /stylize winter", "stylize winter @bot".
 *
 * @param pieces the message's text, split where it names the bot
 * @param commands names of all commands
 * @param ownName a command's name of a name that an app has for it
 * @returns the first line that begins with a command's name; where there is none, what follows the bot's name, as an
 *   unknown command; "help" for a message that only names it
 */
export function readSaid(
  pieces: readonly string[],
  commands: ReadonlySet<string>,
  ownName?: (name: string) => string,
): SaidLine {
  const lines = pieces.map((_, from) => readLine(pieces.slice(from).join(" "), ownName));
  const known = lines.find(({ name }) => commands.has(name));
  const unknown = pieces.length === 1 ? lines : lines.slice(1);
  return known ?? unknown.find(({ name }) => name !== "") ?? HELP;
}

/** People write "stylize: winter", and "help!". */
const FIRST_WORD = /^\/?([^\s:,]+?)[:,.!?]*(?:\s+([\s\S]*))?$/u;
const HELP: SaidLine = { name: "help", text: "" };

/** A line with or without its slash; "/dreamloom" before it is no part of it, and alone asks for help. */
export function readLine(said: string, ownName: (name: string) => string = (name) => name): SaidLine {
  const line = plainLine(said).replace(BEFORE, "").replace(AFTER, "");
  const [, word = "", rest = ""] = FIRST_WORD.exec(line) ?? /^\/?(\S*)([\s\S]*)$/u.exec(line) ?? [];
  const name = ownName(word.toLowerCase());
  if (name !== PROGRAM) return { name, text: rest.trim() };
  return rest.trim() === "" ? HELP : readLine(rest, ownName);
}

/** Not at the end of a link, whose punctuation may be its own. */
const TRAILING = /^(?!<?[A-Za-z][A-Za-z0-9+.-]*:\/\/)(.*?)[,;.!?]+$/su;

/** A word without the punctuation after it, which belongs to the sentence. */
export function withoutPunctuation(word: string): string {
  return TRAILING.exec(word)?.[1] ?? word;
}

/** Names of which nothing is spelt otherwise. */
const ASCII = /^[\x20-\x7E]*$/;

/** A name as it is compared with typed ones: in plain and small characters, without the sign of a mention. */
export function plainName(name: string): string {
  const typed = ASCII.test(name) ? name : plainTyped(name);
  return typed.replaceAll(/\s+/gu, " ").trim().replace(/^@/, "").toLowerCase().normalize("NFC");
}

/** The same without what a line takes for marks and punctuation. */
function bareName(name: string): string {
  const plain = plainName(plainLine(name));
  return withoutPunctuation(plain) || plain;
}

/** Those whose name was typed: in other characters too, and only where there are none, without its marks. */
export function calledSo<T extends { readonly name: string }>(typed: string, known: readonly T[]): readonly T[] {
  const of = (form: (name: string) => string) => {
    const wanted = form(typed);
    return known.filter(({ name }) => form(name) === wanted);
  };
  const found = of(plainName);
  return found.length > 0 ? found : of(bareName);
}

const RGI = new RegExp(String.raw`^\p{RGI_Emoji}$`, UNICODE_SETS);
/** A chat's own emoji, by its name. */
const OWN = /^:[^\s:]{1,60}:$/u;

/** An emoji that a person typed; undefined for any other text. Of a chat's own ones the name: ":partyparrot:". */
export function readEmoji(typed: string): { readonly emoji: string; readonly own: boolean } | undefined {
  const emoji = typed.trim();
  // Keyboards leave out the selector that asks for the coloured one.
  if (RGI.test(emoji) || RGI.test(`${emoji}\uFE0F`)) return { emoji, own: false };
  return OWN.test(emoji) ? { emoji, own: true } : undefined;
}

/** What is the same in all spellings of an emoji: people and platforms add and drop selectors and skin tones. */
export function emojiKey(emoji: string): string {
  return emoji.replace(/[\uFE0E\uFE0F]|\p{Emoji_Modifier}/gu, "").toLowerCase();
}

export function sameEmoji(a: string, b: string): boolean {
  return emojiKey(a) === emojiKey(b);
}
