/** Options of recipes: what chats, the command line, the engine's check and the reference take theirs from. */
import { z } from "zod";

export interface Choice<V extends string = string> {
  readonly value: V;
  /** What it means, in a few words. */
  readonly label: string;
  /** Why chats do not offer it. */
  readonly notInChat?: string;
}

/** A setting of the installation, by its group and name, such as "dream.maxSize". */
export type SettingKey = `${"dream" | "paint" | "neuron" | "film"}.${string}`;

interface Described {
  /** One line of at most 90 characters, without unit, bounds and default. */
  readonly help: string;
  /** Further sentences, for the reference and the command line. */
  readonly more?: string | undefined;
  /** May be given without its name in a chat. */
  readonly positional?: boolean | undefined;
  /** What other recipes call such an option, which chats take too. */
  readonly alsoCalled?: string;
  readonly inChat?: ChatBounds;
  /** Why chats do not offer it. */
  readonly notInChat?: string;
  /** Why the command line does not offer it. */
  readonly notInCli?: string;
  /** Few people want it: menus with too little room leave it to lines that are typed. */
  readonly seldom?: true;
  /** Options that it takes the place of: one that is given leaves out what a preset or an earlier job has of those. */
  readonly insteadOf?: readonly string[];
  /**
   * The settings that an installation changes its chats' default and maximum by. The settings' schema is derived from
   * it; where they say nothing, `inChat` holds, and then the option's own.
   */
  readonly setting?: { readonly default?: SettingKey; readonly maximum?: SettingKey; readonly print?: SettingKey };
  /** Its flag, where its own name has another meaning on the command line. */
  readonly flag?: string;
}

/**
 * Other bounds and another default in chats, where a job must stay small beside those of others. Never wider than the
 * engine's.
 */
type ChatBounds = {
  readonly minimum?: number;
  readonly maximum?: number;
  /** What moderators may go up to, for print. */
  readonly print?: number;
  readonly default?: number | string;
};

type OptionKind =
  | "integer"
  | "number"
  | "flag"
  | "choice"
  | "text"
  /** The id of a network. */
  | "network"
  /** The name of one of the network's looks. */
  | "look"
  /** What people call a style whose picture is among the job's. */
  | "style"
  /** Styles with shares, and the roles of their pictures. */
  | "styles"
  /** Names of what networks know, with weights. */
  | "classes"
  /** Where in the picture: a region, a colour, a thing, or the picture of a mask. */
  | "where";

export interface RecipeOption<S extends z.ZodType = z.ZodType> extends Described {
  readonly kind: OptionKind;
  /** Checks the value; fills in the default. */
  readonly schema: S;
  /** For instance "px". */
  readonly unit?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly choices?: readonly Choice[];
  readonly default?: unknown;
  /** Of a text, what it must be: continues the words "must be". It may depend on what was typed. */
  readonly expected?: string | ((typed: string) => string);
  /** Of a text, its usual form; undefined when it is not what is expected. */
  readonly read?: (typed: string) => string | undefined;
  /** Of styles: whether chats take several with shares, or one. */
  readonly several?: boolean;
}

export type RecipeOptions = Readonly<Record<string, RecipeOption>>;

/** The schema of a value that has a default, or may be left out. */
type Lenient<S extends z.ZodType, D> = undefined extends D ? z.ZodOptional<S> : z.ZodDefault<S>;

function lenient<S extends z.ZodType, D extends z.util.NoUndefined<z.output<S>> | undefined>(schema: S, value: D) {
  return (value === undefined ? schema.optional() : schema.default(value)) as Lenient<S, D>;
}

interface NumberDescription<D> extends Described {
  readonly unit?: string;
  readonly minimum: number;
  readonly maximum: number;
  readonly default?: D;
}

export function integer<D extends number | undefined = undefined>(
  description: NumberDescription<D>,
): RecipeOption<Lenient<z.ZodNumber, D>> {
  const schema = z.number().int().min(description.minimum).max(description.maximum);
  return { ...description, kind: "integer", schema: lenient(schema, description.default as D) };
}

export function number<D extends number | undefined = undefined>(
  description: NumberDescription<D>,
): RecipeOption<Lenient<z.ZodNumber, D>> {
  const schema = z.number().min(description.minimum).max(description.maximum);
  return { ...description, kind: "number", schema: lenient(schema, description.default as D) };
}

/** Yes or no; no when left out. */
export function flag(description: Described): RecipeOption<z.ZodDefault<z.ZodBoolean>> {
  return { ...description, kind: "flag", default: false, schema: z.boolean().default(false) };
}

export function choice<const V extends string, D extends V | undefined = undefined>(
  description: Described & { readonly choices: readonly Choice<V>[]; readonly default?: D },
): RecipeOption<Lenient<z.ZodEnum<{ [K in V]: K }>, D>> {
  const schema = z.enum(description.choices.map(({ value }) => value)) as z.ZodEnum<{ [K in V]: K }>;
  return { ...description, kind: "choice", schema: lenient(schema, description.default as D) };
}

/** A text that may be left out. The recipe itself says what is wrong in one, since it knows the network. */
export function text(
  description: Described & Required<Pick<RecipeOption, "expected" | "read">>,
  kind: "text" | "look" | "style" | "classes" | "where" = "text",
): RecipeOption<z.ZodOptional<z.ZodString>> {
  return { ...description, kind, schema: z.string().optional() };
}

/** What holds of an option in chats, where the installation's settings say nothing else. */
export function inChats({ inChat = {}, minimum = 0, maximum = 0, ...option }: RecipeOption) {
  return {
    minimum: inChat.minimum ?? minimum,
    maximum: inChat.maximum ?? maximum,
    print: inChat.print,
    default: inChat.default ?? option.default,
  };
}

/** The word itself, when it is made as names are. */
export function readName(typed: string): string | undefined {
  return /^[\w./:-]{1,200}$/u.exec(typed.trim())?.[0];
}
