import { z } from "zod";
import type { Completion } from "../../port/commands.js";
import { nearest } from "../../shared/nearest.js";

/**
 * One option of a command: how its text is read and checked, and what people are told about it. Chats' slash menus, completion,
 * help, mistakes and documentation all come from here.
 */
export interface Option<T = unknown> {
  readonly type: "text" | "number" | "integer" | "flag" | "picture";
  /** One line, without the unit and the default: they are added where it is shown. */
  readonly help: string;
  /** For instance "px". People may write it after the number. */
  readonly unit?: string;
  readonly required?: boolean;
  /** May be given without its name, as in `/again 7KQ4`. */
  readonly positional?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly choices?: readonly Completion[];
  /** Gathers all that names no option: words, and `summer:0.3` with a key of its own. It reads them joined by spaces. */
  readonly collects?: boolean;
  /** Values that depend on the place, completed while they are typed. */
  readonly completes?: "styles";
  /** Of a picture: what a second attached one is for, where the command takes one. */
  readonly second?: string;
  /** What is meant when it is left out, as people would write it. */
  readonly default?: string;
  /** From the text as typed; a failed check's message continues the words "must be". */
  readonly schema: z.ZodType<T, string>;
}

export type Options = Readonly<Record<string, Option>>;

/** What a command gets: the options that were given. */
export type ValuesOf<O extends Options> = { readonly [K in keyof O]?: O[K] extends Option<infer T> ? T : never };

interface NumberDescription {
  readonly help: string;
  readonly unit?: string;
  readonly minimum: number;
  readonly maximum: number;
  readonly default?: number;
}

export function integerOption(description: NumberDescription): Option<number> {
  return { ...numeric(description, "a whole number", Number.isInteger), type: "integer" };
}

export function numberOption(description: NumberDescription): Option<number> {
  return { ...numeric(description, "a number", Number.isFinite), type: "number" };
}

function numeric(
  description: NumberDescription,
  what: string,
  check: (value: number) => boolean,
): Omit<Option<number>, "type"> {
  const { help, unit, minimum, maximum } = description;
  const expected = `${what} from ${minimum} to ${maximum}${unit ? ` ${unit}` : ""}`;
  const schema = z.string().transform((typed, context) => {
    const value = readNumber(typed, unit);
    if (value !== undefined && check(value) && value >= minimum && value <= maximum) return value;
    context.addIssue({ code: "custom", message: expected });
    return z.NEVER;
  });
  const fallback = description.default === undefined ? {} : { default: String(description.default) };
  return { help, ...(unit ? { unit } : {}), minimum, maximum, ...fallback, schema };
}

/** "0.6", "0,6" and "512 px" are all fine; "", "0x10" and "1e3" are not what people mean. */
function readNumber(typed: string, unit: string | undefined): number | undefined {
  let text = typed.trim().toLowerCase();
  if (unit && text.endsWith(unit)) text = text.slice(0, -unit.length).trimEnd();
  return /^[+-]?(\d+([.,]\d*)?|[.,]\d+)$/.test(text) ? Number(text.replace(",", ".")) : undefined;
}

/** One of some words; near misses are answered with the word that was meant. Without choices every word is taken, for the engine to judge. */
export function choiceOption(description: {
  readonly help: string;
  readonly choices: readonly Completion[];
  readonly default?: string;
  readonly positional?: boolean;
}): Option<string> {
  const { choices, ...rest } = description;
  const words = choices.map((choice) => choice.value);
  const schema = z.string().transform((typed, context) => {
    const word = words.find((known) => known.toLowerCase() === typed.trim().toLowerCase());
    if (word !== undefined) return word;
    if (words.length === 0 && /^[\w.:/-]{1,60}$/u.test(typed.trim())) return typed.trim();
    const near = nearest(typed, words);
    const some = words.length > 12 ? `${words.slice(0, 12).join(", ")}, ...` : words.join(", ");
    context.addIssue({ code: "custom", message: near ? `one of ${some}; did you mean ${near}?` : `one of ${some}` });
    return z.NEVER;
  });
  return { type: "text", ...rest, choices, schema };
}

const YES = new Set(["yes", "y", "true", "on", "1"]);
const NO = new Set(["no", "n", "false", "off", "0"]);

/** Yes or no; its name alone, as a word, means yes. */
export function flagOption({
  help,
  default: fallback,
}: {
  readonly help: string;
  readonly default: boolean;
}): Option<boolean> {
  const schema = z.string().transform((typed, context) => {
    const word = typed.trim().toLowerCase();
    if (YES.has(word)) return true;
    if (NO.has(word)) return false;
    context.addIssue({ code: "custom", message: "yes or no" });
    return z.NEVER;
  });
  return { type: "flag", help, default: fallback ? "yes" : "no", schema };
}

/** Any text that `read` takes; `read` returns undefined for what is not `expected`. */
export function textOption<T>(description: {
  readonly help: string;
  /** Continues the words "must be". */
  readonly expected: string;
  readonly read: (typed: string) => T | undefined;
  readonly positional?: boolean;
  readonly collects?: boolean;
  readonly completes?: "styles";
  readonly required?: boolean;
  readonly default?: string;
  readonly choices?: readonly Completion[];
}): Option<T> {
  const { expected, read, ...rest } = description;
  const schema = z.string().transform((typed, context): T => {
    const value = read(typed);
    if (value !== undefined) return value;
    context.addIssue({ code: "custom", message: expected });
    return z.NEVER;
  });
  return { type: "text", ...rest, schema };
}
