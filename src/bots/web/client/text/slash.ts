import type { WireCommand, WireCommandOption } from "../../wire.js";
import { sentence } from "./sentences.js";

/** The word under the caret. `start` and `end` bound the text that a choice replaces. */
interface Word {
  readonly typed: string;
  readonly start: number;
  readonly end: number;
}

/** What the word under the caret can become. */
export type Completing = Word &
  (
    | { readonly kind: "command"; readonly commands: readonly WireCommand[] }
    | {
        readonly kind: "option";
        readonly command: WireCommand;
        readonly options: readonly WireCommandOption[];
        /** The option that takes a word without a name here, as in `/stylize winter`. */
        readonly bare?: WireCommandOption | undefined;
        /** What stands in the line already, in lower case: options' names, and words of their own. */
        readonly used: ReadonlySet<string>;
      }
    | { readonly kind: "value"; readonly command: WireCommand; readonly option: WireCommandOption }
    | { readonly kind: "person" | "channel" | "emoji" }
  );

/** What a word is that begins with a sign, anywhere in what people say to one another. */
const SIGNS = [
  { kind: "person", pattern: /(?:^|\s)(@([\p{L}\p{N} _-]{0,32}))$/u },
  { kind: "channel", pattern: /(?:^|\s)(#([\p{L}\p{N}_-]{0,40}))$/u },
  { kind: "emoji", pattern: /(?:^|\s)(:([\p{L}][\p{L}_-]{1,30}))$/u },
] as const;

/**
 * Looks at what is being typed.
 *
 * @example completing("/dream look:cr", 14, commands); // { kind: "value", option: look, typed: "cr", ... }
 */
export function completing(text: string, caret: number, commands: readonly WireCommand[]): Completing | undefined {
  const before = text.slice(0, caret);
  const name = /^\/([\p{L}\p{N}_-]*)$/u.exec(before)?.[1];
  if (name !== undefined) {
    const end = /^\/[\p{L}\p{N}_-]*/u.exec(text)?.[0].length ?? caret;
    return { kind: "command", typed: name, start: 0, end, commands: rank(commands, name) };
  }
  const head = /^\/([\p{L}\p{N}_-]+)\s/u.exec(before);
  if (head) {
    const command = commands.find((each) => each.name === head[1]?.toLowerCase());
    return command && completingOption(text, caret, command, head[0].length);
  }
  for (const { kind, pattern } of SIGNS) {
    const [, word, typed] = pattern.exec(before) ?? [];
    if (word !== undefined && typed !== undefined) return { kind, typed, start: caret - word.length, end: caret };
  }
  return undefined;
}

function completingOption(text: string, caret: number, command: WireCommand, from: number): Completing | undefined {
  const tokens = tokenize(text, from);
  const none = { start: caret, end: caret, text: "" };
  const { start, end } = tokens.find((token) => token.start <= caret && caret <= token.end) ?? none;
  const upToCaret = text.slice(start, caret);
  const [, key, , typed = ""] = /^([\p{L}\p{N}_-]+):("?)([\s\S]*)$/u.exec(upToCaret) ?? [];
  const option = command.options.find((each) => each.name === key?.toLowerCase());
  if (option && key !== undefined) return { kind: "value", command, option, typed, start: start + key.length + 1, end };
  if (key !== undefined) return undefined;
  const words = tokens.filter((token) => token.start !== start).map((token) => splitWord(token.text));
  const used = new Set(words.map((word) => word.key));
  const unused = command.options.filter((each) => each.type !== "picture" && !used.has(each.name));
  const bare = bareOption(command, words);
  return { kind: "option", command, typed: upToCaret, start, end, options: rank(unused, upToCaret), bare, used };
}

/** Whether a command takes no more options. Of a word that fits none, the check of the line says what is wrong. */
export function nothingLeft(found: Completing): boolean {
  return found.kind === "option" && found.options.length === 0 && found.typed === "";
}

/** A word's name, or all of it where it has none. */
function splitWord(text: string): { readonly key: string; readonly named: boolean } {
  const at = text.indexOf(":");
  return { key: (at < 0 ? text : text.slice(0, at)).toLowerCase(), named: at >= 0 };
}

/** The option that the next word without a name is for: the first free one in their order, as on the server. */
function bareOption(
  { options }: WireCommand,
  words: readonly { readonly key: string; readonly named: boolean }[],
): WireCommandOption | undefined {
  const free = options.filter(({ name, unnamed }) => unnamed && !words.some((word) => word.named && word.key === name));
  const flags = new Set(options.filter(({ type }) => type === "flag").map(({ name }) => name));
  const taken = words.filter(({ key, named }) => !named && !flags.has(key)).length;
  const one = free.filter(({ unnamed }) => unnamed === "one");
  return one[taken] ?? free.find(({ unnamed }) => unnamed === "many");
}

/** Words; a quoted value may hold spaces. */
function tokenize(text: string, from: number): { start: number; end: number; text: string }[] {
  return [...text.slice(from).matchAll(/(?:[^\s"]|"[^"]*(?:"|$))+/g)].map((match) => {
    const start = from + match.index;
    return { start, end: start + match[0].length, text: match[0] };
  });
}

/** Those whose names begin with what was typed, then those that hold it. */
export function rank<T extends { readonly name: string }>(items: readonly T[], typed: string): T[] {
  const at = ({ name }: T) => name.toLowerCase().indexOf(typed.toLowerCase());
  return [...items.filter((item) => at(item) === 0), ...items.filter((item) => at(item) > 0)];
}

/** A value as it is typed: in quotes when it holds a space. */
export function quoteValue(value: string): string {
  return /[\s"]/.test(value) ? `"${value.replaceAll('"', "'")}"` : value;
}

/** What may stand after an option, in words: "a number from 1 to 10, default: 4". */
export function describeOption({ type, choices, required, default: usual, ...range }: WireCommandOption): string {
  const kind = choices?.length ? sentence("option.choices", { count: choices.length }) : describeType(type, range);
  if (required) return sentence("option.required", { kind });
  return usual === undefined ? kind : sentence("option.default", { kind, usual });
}

function describeType(
  type: WireCommandOption["type"],
  { minimum, maximum }: Pick<WireCommandOption, "minimum" | "maximum">,
): string {
  const noun = sentence(`option.${type}`);
  if (minimum !== undefined && maximum !== undefined) return sentence("option.between", { noun, minimum, maximum });
  if (minimum !== undefined) return sentence("option.least", { noun, minimum });
  return maximum === undefined ? noun : sentence("option.most", { noun, maximum });
}
