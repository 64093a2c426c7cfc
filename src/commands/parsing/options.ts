import { z } from "zod";
import type { CompletedFrom, Completion } from "../../port/commands.js";
import { defined } from "../../shared/defined.js";
import { nearest } from "../../shared/nearest.js";
import { sentence } from "../../shared/sentences/sentence.js";

/**
 * One option of a command: how its text is read and checked, and what people are told about it. Slash menus,
 * completion, help, errors and documentation all come from here.
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
  /** Menus with too little room leave it to lines that are typed. */
  readonly seldom?: true;
  /** Options, by their keys, that it takes the place of. */
  readonly insteadOf?: readonly string[];
  /** Another name that is taken for it. */
  readonly alsoCalled?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  /** What moderators may go up to; whether somebody is one is looked at where the job is started. */
  readonly forModerators?: number;
  readonly choices?: readonly Completion[];
  /** Reads all that names no option, joined by spaces: words, and `summer:0.3` with a key of its own. */
  readonly collects?: boolean;
  /** They are completed while they are typed. */
  readonly completes?: CompletedFrom;
  /** The styles that a value names, each of which must be there. */
  stylesIn?(typed: string): readonly string[];
  /** Of an image: how many may be attached, where the command works on all of them. */
  readonly many?: number;
  /** Of an image: what a second attached one is for, where the command takes one. */
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
  readonly forModerators?: number;
  readonly alsoCalled?: string;
  readonly default?: number;
}

export function integerOption(description: NumberDescription): Option<number> {
  return numeric(description, "integer", Number.isInteger);
}

export function numberOption(description: NumberDescription): Option<number> {
  return numeric(description, "number", Number.isFinite);
}

function numeric(
  { default: usual, ...description }: NumberDescription,
  type: "integer" | "number",
  check: (value: number) => boolean,
): Option<number> {
  const { unit, minimum, maximum, forModerators: most = maximum } = description;
  const read = (typed: string) => {
    const value = readNumber(typed, unit);
    return value !== undefined && check(value) && value >= minimum && value <= most ? value : undefined;
  };
  const expected = () => `${sentence(`option.expected.${type}`, { minimum, maximum })}${unit ? ` ${unit}` : ""}`;
  const fallback = usual === undefined ? undefined : String(usual);
  return { ...description, type, ...defined({ default: fallback }), schema: schemaOf(read, expected) };
}

/** "0.6", "0,6" and "512 px" are all fine; "", "0x10" and "1e3" are not what people mean. */
function readNumber(typed: string, unit: string | undefined): number | undefined {
  let text = typed.trim().toLowerCase();
  if (unit && text.endsWith(unit)) text = text.slice(0, -unit.length).trimEnd();
  return /^[+-]?(\d+([.,]\d*)?|[.,]\d+)$/.test(text) ? Number(text.replace(",", ".")) : undefined;
}

/** Choices that are named in the answer to an unknown one. */
const MAX_NAMED = 12;

/** One of some words, in any case. Without choices every word is taken, for the engine to check. */
export function choiceOption(description: {
  readonly help: string;
  readonly choices: readonly Completion[];
  readonly default?: string;
  readonly positional?: boolean;
}): Option<string> {
  const words = description.choices.map(({ value }) => value);
  const read = (typed: string) => {
    const word = words.find((known) => known.toLowerCase() === typed.trim().toLowerCase());
    return word ?? (words.length === 0 ? /^[\w.:/-]{1,60}$/u.exec(typed.trim())?.[0] : undefined);
  };
  const expected = (typed: string) => {
    const some = [...words.slice(0, MAX_NAMED), ...(words.length > MAX_NAMED ? ["..."] : [])].join(", ");
    return sentence("option.expected.choice", { words: some, near: nearest(typed, words) });
  };
  return { type: "text", ...description, schema: schemaOf(read, expected) };
}

const FLAGS = new Map<string, boolean>([
  ...["yes", "y", "true", "on", "1"].map((word) => [word, true] as const),
  ...["no", "n", "false", "off", "0"].map((word) => [word, false] as const),
]);

/** Yes or no; its name alone, as a word, means yes. */
export function flagOption({
  help,
  default: usual,
}: {
  readonly help: string;
  readonly default: boolean;
}): Option<boolean> {
  const read = (typed: string) => FLAGS.get(typed.trim().toLowerCase());
  const schema = schemaOf(read, () => sentence("option.expected.flag"));
  return { type: "flag", help, default: usual ? "yes" : "no", schema };
}

/** Any text that `read` takes; `read` returns undefined for what is not `expected`. */
export function textOption<T>({
  expected,
  read,
  ...description
}: Pick<Option, "help" | "positional" | "collects" | "completes" | "stylesIn" | "required" | "default" | "choices"> & {
  /** Continues the words "must be". */
  readonly expected: string | ((typed: string) => string);
  readonly read: (typed: string) => T | undefined;
}): Option<T> {
  const said = typeof expected === "string" ? () => expected : expected;
  return { type: "text", ...description, schema: schemaOf(read, said) };
}

function schemaOf<T>(read: (typed: string) => T | undefined, expected: (typed: string) => string): Option<T>["schema"] {
  return z.string().transform((typed, context) => {
    const value = read(typed);
    if (value !== undefined) return value;
    context.addIssue({ code: "custom", message: expected(typed) });
    return z.NEVER;
  });
}
