import { nearest } from "../../shared/nearest.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { cutText, inCode, kebab } from "../../shared/text.js";
import type { Command } from "../command.js";
import { isForPicture, withNumber } from "../images/image-option.js";
import { UserError } from "../user-error.js";
import { type Argument, parseArguments, parseLine, printArgument } from "./command-line.js";
import type { Option, Options, ValuesOf } from "./options.js";

interface Named {
  readonly key: string;
  readonly name: string;
  readonly option: Option;
}

/** A command's values, and what was typed for each, by the option's name. */
interface Read<O extends Options> {
  readonly values: ValuesOf<O>;
  readonly typed: Readonly<Record<string, string>>;
}

/**
 * Turns arguments into a command's values.
 *
 * @throws UserError
 */
export function readValues<O extends Options>(command: Command<O>, args: readonly Argument[]): ValuesOf<O> {
  return readArguments(command, args).values;
}

/** Reads arguments and keeps what was typed. @throws UserError */
export function readArguments<O extends Options>(command: Command<O>, args: readonly Argument[]): Read<O> {
  const options = optionsOf(command);
  const collecting = options.find(({ option }) => option.collects);
  const collected: Argument[] = [];
  const values = new Map<string, unknown>();
  const typed: Record<string, string> = {};
  const set = ({ key, name, option }: Named, text: string) => {
    const before = typed[name];
    const isTwo = before !== undefined && option.type === "picture";
    const all = isTwo ? withNumber(before, text) : values.has(key) ? undefined : text;
    if (all === undefined) throw new UserError("option.twice", { option: name });
    values.set(key, readOne(command, name, option, all));
    typed[name] = all;
  };
  for (let at = 0; at < args.length; at++) {
    const argument = args[at] as Argument;
    const words = wordsAfter(args, at);
    const free = options.filter(({ key }) => !values.has(key));
    const written = writtenOut({ options, free, collecting }, argument, words);
    if (written) {
      set(written.option, written.value);
      at += written.used;
    } else if (argument.key === undefined) {
      const found = unnamed(options, free, argument.value);
      if (found) set(found, argument.value);
      else if (collecting) collected.push(argument);
      else throw strayWord(command, argument.value);
    } else if (collecting) {
      collected.push(argument);
    } else {
      const style = styleWithShare(options, argument);
      if (!style) throw unknownOption(command, argument.key, options);
      set(style, joined(argument));
    }
  }
  if (collecting && collected.length > 0) set(collecting, collected.map(joined).join(" "));
  for (const { key, name, option } of options) {
    if (option.required && !values.has(key))
      throw new UserError("option.required", { command: command.name, option: name, example: example(command, name) });
  }
  return { values: Object.fromEntries(values) as ValuesOf<O>, typed };
}

/** Whether a word names an option of a command, in any of its spellings. */
export function namesOption(command: Command, word: string): boolean {
  return named(optionsOf(command), word) !== undefined;
}

function optionsOf(command: Command): readonly Named[] {
  return Object.entries(command.options).map(([key, option]) => ({ key, name: kebab(key), option }));
}

/** The options of a command as a line is read: all, those without a value yet, and the one for words that name none. */
interface Reading {
  readonly options: readonly Named[];
  readonly free: readonly Named[];
  readonly collecting: Named | undefined;
}

/** An option with its value, and how many of the following words the value took. */
interface Written {
  readonly option: Named;
  readonly value: string;
  readonly used: number;
}

/** Words that a value may take without quotes. Few: each try may look for the nearest of a thousand labels. */
const MOST_WORDS = 8;

/** The words of their own that follow an argument. */
function wordsAfter(args: readonly Argument[], at: number): readonly string[] {
  const words: string[] = [];
  for (const { key, value } of args.slice(at + 1, at + 1 + MOST_WORDS)) {
    if (key !== undefined || value === "") break;
    words.push(value);
  }
  return words;
}

/**
 * The option that an argument names, as `key:value`, as a flag's name alone, or with its value as the next word. What
 * people forget to quote is taken where it can mean one thing only: `where:top left`, `size 512 px`.
 */
function writtenOut(reading: Reading, { key, value }: Argument, words: readonly string[]): Written | undefined {
  const option = named(reading.options, key ?? value);
  if (!option) return undefined;
  if (key !== undefined) return withWords(reading, option, value, words);
  if (option.option.type === "flag") {
    const [said] = words;
    const isSaid = said !== undefined && isStray(reading, said) && reads(option, said);
    return { option, value: isSaid ? said : "yes", used: isSaid ? 1 : 0 };
  }
  const [first, ...rest] = words;
  if (first === undefined || option.option.collects || option.name !== value.toLowerCase()) return undefined;
  const taken = withWords(reading, option, first, rest);
  return reads(option, taken.value) ? { ...taken, used: taken.used + 1 } : undefined;
}

/** A value with the words after it that belong to it: without them it cannot be read, or they would mean nothing. */
function withWords(reading: Reading, option: Named, value: string, words: readonly string[]): Written {
  const upTo = (used: number) => [value, ...words.slice(0, used)].join(" ");
  let used = 0;
  if (value === "") return { option, value, used };
  if (!reads(option, value)) {
    const needed = words.findIndex((_, index) => reads(option, upTo(index + 1))) + 1;
    if (needed === 0) return { option, value, used };
    used = needed;
  }
  const grows = (word: string | undefined) =>
    word !== undefined && isStray(reading, word) && reads(option, upTo(used + 1));
  while (grows(words[used])) used++;
  return { option, value: upTo(used), used };
}

function reads({ option }: Named, text: string): boolean {
  return option.schema.safeParse(text).success;
}

/** Whether a word of its own would mean nothing. */
function isStray({ options, free, collecting }: Reading, word: string): boolean {
  if (collecting || named(options, word) || isForPicture(word) || choiceCalled(options, word)) return false;
  return !free.some((each) => each.option.positional && reads(each, word));
}

/** "octaveScale:2" and "octavescale:2" mean octave-scale, "size:256" a film's width. */
function named(options: readonly Named[], typed: string): Named | undefined {
  const word = typed.toLowerCase();
  const bare = (name: string) => name.replaceAll("-", "");
  return (
    options.find(({ name }) => name === word) ??
    options.find(({ name }) => bare(name) === bare(word)) ??
    options.find(({ option }) => option.alsoCalled === word)
  );
}

/**
 * The option that a word without a name is for: the first one that can read it, unless it looks like a mistyped choice
 * of one before. A link or a mention anywhere in the line is the image.
 */
function unnamed(options: readonly Named[], free: readonly Named[], word: string): Named | undefined {
  const images = options.filter(({ option }) => option.type === "picture");
  if (isForPicture(word)) return images.find((image) => free.includes(image)) ?? images[0];
  const positional = free.filter(({ option }) => option.positional);
  const choices = ({ option }: Named) => (option.choices ?? []).map(({ value }) => value);
  return positional.find((each) => reads(each, word) || nearest(word, choices(each)) !== undefined) ?? positional[0];
}

/** The option for one style, where `summer:0.3` can be meant for it, which it then refuses with the reason. */
function styleWithShare(options: readonly Named[], { key = "", value }: Argument): Named | undefined {
  const mistyped =
    nearest(
      key,
      options.map(({ name }) => name),
    ) !== undefined;
  const isShare = /^[\d.,]+%?$/.test(value);
  return mistyped || !isShare
    ? undefined
    : options.find(({ option }) => option.completes === "styles" && option.positional);
}

/** As it was typed: what is collected is read again. */
function joined(argument: Argument): string {
  const { key, value } = argument;
  if (key === undefined) return value;
  return /\s/.test(value) ? printArgument(argument) : `${key}:${value}`;
}

/** Reads a whole line of text for a command that is known already. */
export function readText<O extends Options>(...line: Parameters<typeof readTyped<O>>): ValuesOf<O> {
  return readTyped(...line).values;
}

/**
 * Reads a whole line and keeps what was typed, for a form to begin with.
 * @param change what the arguments stand for, see `withPreset`
 */
export function readTyped<O extends Options>(
  command: Command<O>,
  text: string,
  change: (args: readonly Argument[]) => readonly Argument[] = (args) => args,
): Read<O> {
  const args = parseArguments(text);
  if (!args.ok) throw new UserError("line.invalid", { problem: args.problem, example: example(command) });
  return readArguments(command, change(args.value));
}

function readOne(command: Command, name: string, option: Option, typed: string): unknown {
  if (typed.trim() === "") throw new UserError("option.empty", { option: name, example: example(command, name) });
  const read = option.schema.safeParse(typed);
  if (read.success) return read.data;
  throw new UserError("option.value", {
    argument: inCode(printArgument({ key: name, value: cutText(typed, 60, "...") })),
    option: name,
    expected: read.error.issues[0]?.message ?? option.help,
    example: example(command, name),
  });
}

function unknownOption(command: Command, option: string, options: readonly Named[]): UserError {
  const names = options.map(({ name }) => name);
  const near = nearest(option, names);
  const known = names.join(", ");
  return new UserError("option.unknown", {
    command: command.name,
    option,
    near,
    known,
    example: example(command, near),
  });
}

/** The option that has a choice of this name. */
function choiceCalled(
  options: readonly Named[],
  typed: string,
): { readonly name: string; readonly choice: string } | undefined {
  for (const { name, option } of options) {
    const choice = option.choices?.find(({ value }) => value.toLowerCase() === typed.toLowerCase());
    if (choice) return { name, choice: choice.value };
  }
  return undefined;
}

function strayWord(command: Command, typed: string): UserError {
  const word = inCode(cutText(typed, 60, "..."));
  // `/dream creatures` says clearly enough what is meant.
  const meant = choiceCalled(optionsOf(command), typed);
  if (meant) {
    const argument = `${meant.name}:${meant.choice}`;
    return new UserError("option.name-missing", { word, argument, example: example(command, meant.name) });
  }
  return new UserError("option.stray", { word, example: example(command) });
}

/** "For example: ..." with a line that uses the option, where there is one. */
function example(command: Command, option?: string): string {
  const [first = `/${command.name}`] = command.examples;
  const fitting = option === undefined ? undefined : command.examples.find((line) => uses(line, option));
  return sentence("example", { line: fitting ?? first });
}

function uses(line: string, option: string): boolean {
  const read = parseLine(line);
  return read.ok && read.value.arguments.some(({ key }) => key === option);
}
