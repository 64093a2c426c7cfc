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
  const options = Object.entries(command.options).map(([key, option]): Named => ({ key, name: kebab(key), option }));
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
  for (const argument of args) {
    const isFlag = argument.key === undefined && named(options, argument.value)?.option.type === "flag";
    const meant = argument.key ?? (isFlag ? argument.value : undefined);
    const found = meant === undefined ? unnamed(options, values, argument.value) : named(options, meant);
    if (found) set(found, isFlag ? "yes" : argument.value);
    else if (collecting) collected.push(argument);
    else if (meant === undefined) throw strayWord(command, argument.value);
    else {
      const style = styleWithShare(options, argument);
      if (!style) throw unknownOption(command, meant, options);
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
  const options = Object.entries(command.options).map(([key, option]): Named => ({ key, name: kebab(key), option }));
  return named(options, word) !== undefined;
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

/** The option that a word without a name is for. A link or a mention anywhere in the line is the image. */
function unnamed(options: readonly Named[], values: ReadonlyMap<string, unknown>, word: string): Named | undefined {
  const isFree = ({ key }: Named) => !values.has(key);
  const images = options.filter(({ option }) => option.type === "picture");
  if (isForPicture(word)) return images.find(isFree) ?? images[0];
  return options.find((known) => known.option.positional && isFree(known));
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

function strayWord(command: Command, typed: string): UserError {
  const word = inCode(cutText(typed, 60, "..."));
  for (const [key, option] of Object.entries(command.options)) {
    // `/dream creatures` says clearly enough what is meant.
    const choice = option.choices?.find(({ value }) => value.toLowerCase() === typed.toLowerCase());
    if (!choice) continue;
    const argument = `${kebab(key)}:${choice.value}`;
    return new UserError("option.name-missing", { word, argument, example: example(command, kebab(key)) });
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
