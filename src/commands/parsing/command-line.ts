/**
 * The grammar of commands as text, pure and without knowledge of any command.
 *
 *     line      = "/" name { space argument }
 *     argument  = key (":" | "=") [ space ] value  |  value
 *     value     = bare | quoted
 *     bare      = characters without white space, not beginning with a quote
 *     quoted    = '"' { any character but '"' and '\'  |  '\' any character } '"'  |  "'" characters "'"
 *     key, name = a letter, then letters, digits and "-"
 *
 * A word that begins like a link, `https://`, is a value of its own and not `key:value`. Typographic quotes, which
 * phones insert, and guillemets count as double quotes. A single one is a quote where another ends a word, else an
 * apostrophe. Punctuation that ends a bare value belongs to the sentence. {@link parseLine} reads everything that
 * {@link printLine} prints.
 */
import { sentence } from "../../shared/sentences/sentence.js";
import { plainTyped, withoutPunctuation } from "../../shared/typed.js";

/** One word or `key:value` of a line. */
export interface Argument {
  /** In lower case; absent for a word of its own. */
  readonly key?: string;
  readonly value: string;
}

export interface CommandLine {
  /** In lower case, without the slash. */
  readonly name: string;
  readonly arguments: readonly Argument[];
}

type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

const SPACE = /\s/u;
const QUOTES = '"“”„‟«»‹›';
const SINGLE_QUOTED = /^['‘’‚‛]([^'‘’‚‛]*)['‘’‚‛](?=[\s,;.!?]|$)/u;
const KEY = /^(?![A-Za-z][A-Za-z0-9-]*:\/\/)([A-Za-z][A-Za-z0-9-]*)[:=]/;
const NAME = /^[A-Za-z][A-Za-z0-9-]*/;
/** Longer lines are not typed by people. It counts also as a line is printed, so that it can be taken again. */
const MAX_LENGTH = 8_000;

/**
 * Reads a whole line.
 *
 * @example
 * parseLine('/dream look:creatures');
 * // { ok: true, value: { name: "dream", arguments: [{ key: "look", value: "creatures" }] } }
 */
export function parseLine(text: string): Parsed<CommandLine> {
  const trimmed = text.trimStart();
  const body = trimmed.startsWith("/") ? trimmed.slice(1) : trimmed;
  const name = NAME.exec(body)?.[0];
  if (name === undefined) return { ok: false, problem: sentence("line.no-command") };
  const rest = body.slice(name.length);
  if (rest !== "" && !SPACE.test(rest.charAt(0))) return { ok: false, problem: sentence("line.no-space", { name }) };
  const args = parseArguments(rest);
  return args.ok ? { ok: true, value: { name: name.toLowerCase(), arguments: args.value } } : args;
}

/** Reads what follows a command's name. */
export function parseArguments(text: string): Parsed<readonly Argument[]> {
  if (text.length > MAX_LENGTH) return tooLong();
  const args: Argument[] = [];
  let at = skipSpace(text, 0);
  while (at < text.length) {
    const key = KEY.exec(text.slice(at))?.[1];
    if (key !== undefined) at = skipSpace(text, at + key.length + 1);
    const value = readValue(text, at);
    if (!value.ok) return { ok: false, problem: sentence("line.quote", { option: key }) };
    if (key !== undefined) args.push({ key: key.toLowerCase(), value: value.text });
    // A comma between two options is no word.
    else if (value.text !== "" || value.quoted) args.push({ value: value.text });
    at = skipSpace(text, value.end);
  }
  const printed = args.map((argument) => ` ${printArgument(argument)}`).join("");
  return printed.length > MAX_LENGTH ? tooLong() : { ok: true, value: args };
}

function tooLong(): Parsed<never> {
  return { ok: false, problem: sentence("line.too-long", { length: MAX_LENGTH }) };
}

/** Options that a platform has read already. */
export function namedArguments(options: Readonly<Record<string, string>>): Argument[] {
  return Object.entries(options).map(([key, value]) => ({ key: key.toLowerCase(), value: plainTyped(value) }));
}

/** Prints a line in its plainest form: quotes only where they are needed. */
export function printLine(line: CommandLine): string {
  return [`/${line.name}`, ...line.arguments.map(printArgument)].join(" ");
}

export function printArgument(argument: Argument): string {
  // `https://a` would be read as a link, `https:"//a"` is an option called https.
  if (argument.key !== undefined)
    return `${argument.key}:${argument.value.startsWith("//") ? quote(argument.value) : printValue(argument.value)}`;
  // A word that looks like key:value would be read as one.
  return KEY.test(argument.value) ? quote(argument.value) : printValue(argument.value);
}

function printValue(value: string): string {
  const bare = readValue(value, 0);
  return value !== "" && !/^['‘’‚‛]|[\s\\]/u.test(value) && bare.ok && bare.text === value ? value : quote(value);
}

function quote(value: string): string {
  return `"${value.replace(/["“”„‟«»‹›\\]/gu, "\\$&")}"`;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && SPACE.test(text.charAt(at))) at++;
  return at;
}

type Value =
  | { readonly ok: true; readonly text: string; readonly end: number; readonly quoted: boolean }
  | { readonly ok: false };

function readValue(text: string, from: number): Value {
  if (from >= text.length || !QUOTES.includes(text.charAt(from))) return readBare(text, from);
  let value = "";
  for (let at = from + 1; at < text.length; at++) {
    const character = text.charAt(at);
    if (QUOTES.includes(character)) return { ok: true, text: value, end: at + 1, quoted: true };
    if (character === "\\" && at + 1 < text.length) {
      at++;
      value += text.charAt(at);
    } else {
      value += character;
    }
  }
  return { ok: false };
}

function readBare(text: string, from: number): Value {
  let end = from;
  while (end < text.length && !SPACE.test(text.charAt(end))) end++;
  const single = SINGLE_QUOTED.exec(text.slice(from));
  if (single?.[1] !== undefined) return { ok: true, text: single[1], end: from + single[0].length, quoted: true };
  const word = text.slice(from, end);
  return { ok: true, text: withoutPunctuation(word), end, quoted: false };
}
