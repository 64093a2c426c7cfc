import type { WireCommand, WireCommandOption } from "../../wire.js";

/** What the word under the caret can become. `start` and `end` bound the text that a choice replaces. */
export type Completing =
  | {
      readonly kind: "command";
      readonly typed: string;
      readonly start: number;
      readonly end: number;
      readonly commands: readonly WireCommand[];
    }
  | {
      readonly kind: "option";
      readonly command: WireCommand;
      readonly typed: string;
      readonly start: number;
      readonly end: number;
      readonly options: readonly WireCommandOption[];
    }
  | {
      readonly kind: "value";
      readonly command: WireCommand;
      readonly option: WireCommandOption;
      readonly typed: string;
      readonly start: number;
      readonly end: number;
    }
  | { readonly kind: "person"; readonly typed: string; readonly start: number; readonly end: number };

/** Looks at what is being typed. @example completing("/dream look:cr", 14, commands) // { kind: "value", option: look, typed: "cr", ... } */
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
  const user = /(?:^|\s)@([\p{L}\p{N} _-]{0,32})$/u.exec(before)?.[1];
  return user === undefined ? undefined : { kind: "person", typed: user, start: caret - user.length - 1, end: caret };
}

function completingOption(text: string, caret: number, command: WireCommand, from: number): Completing | undefined {
  const tokens = tokenize(text, from);
  const current = tokens.find((token) => token.start <= caret && caret <= token.end) ?? {
    start: caret,
    end: caret,
    text: "",
  };
  const upToCaret = text.slice(current.start, caret);
  const [, key, , typed] = /^([\p{L}\p{N}_-]+):("?)([\s\S]*)$/u.exec(upToCaret) ?? [];
  const option = command.options.find((each) => each.name === key?.toLowerCase());
  if (option && key !== undefined) {
    return {
      kind: "value",
      command,
      option,
      typed: typed ?? "",
      start: current.start + key.length + 1,
      end: current.end,
    };
  }
  if (key !== undefined) return undefined;
  const used = new Set(
    tokens.filter((token) => token.start !== current.start).map((token) => token.text.split(":", 1)[0]?.toLowerCase()),
  );
  const options = rank(
    command.options.filter((each) => each.type !== "picture" && !used.has(each.name)),
    upToCaret,
  );
  return { kind: "option", command, typed: upToCaret, start: current.start, end: current.end, options };
}

interface Token {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Words; a quoted value may hold spaces. */
function tokenize(text: string, from: number): Token[] {
  return [...text.slice(from).matchAll(/(?:[^\s"]|"[^"]*(?:"|$))+/g)].map((match) => {
    const start = from + match.index;
    return { start, end: start + match[0].length, text: match[0] };
  });
}

/** Those whose names begin with what was typed, then those that hold it. */
export function rank<T extends { readonly name: string }>(items: readonly T[], typed: string): T[] {
  const wanted = typed.toLowerCase();
  const place = (item: T) =>
    item.name.toLowerCase().startsWith(wanted) ? 0 : item.name.toLowerCase().includes(wanted) ? 1 : 2;
  return items
    .filter((item) => place(item) < 2)
    .map((item, index) => ({ item, index }))
    .sort((a, b) => place(a.item) - place(b.item) || a.index - b.index)
    .map(({ item }) => item);
}

/** A value as it is typed: in quotes when it holds a space. */
export function quoteValue(value: string): string {
  return /[\s"]/.test(value) ? `"${value.replaceAll('"', "'")}"` : value;
}

/** What may stand after an option, in words: "a number from 1 to 10, usually 4". */
export function describeOption(option: WireCommandOption): string {
  const { minimum, maximum } = option;
  const noun = { text: "text", number: "a number", integer: "a whole number", flag: "yes or no", picture: "a picture" }[
    option.type
  ];
  const range =
    minimum !== undefined && maximum !== undefined
      ? ` from ${minimum} to ${maximum}`
      : minimum !== undefined
        ? `, ${minimum} or more`
        : maximum !== undefined
          ? `, ${maximum} at most`
          : "";
  const kind = option.choices && option.choices.length > 0 ? `one of ${option.choices.length}` : `${noun}${range}`;
  return `${kind}${option.required ? ", needed" : option.default === undefined ? "" : `, default: ${option.default}`}`;
}
