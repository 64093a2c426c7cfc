import { nearest } from "../../shared/nearest.js";
import type { Command } from "../command.js";
import { isLink } from "../images/image-option.js";
import { UserError } from "../user-error.js";
import { type Argument, parseArguments, parseLine, printArgument } from "./command-line.js";
import { kebab, type Option, type Options, type ValuesOf } from "./options.js";

/**
 * Turns arguments into a command's values.
 *
 * @throws UserError with a sentence for the person who typed them.
 */
export function readValues<O extends Options>(command: Command<O>, args: readonly Argument[]): ValuesOf<O> {
  const options = new Map<string, { readonly key: string; readonly option: Option }>();
  for (const [key, option] of Object.entries(command.options)) options.set(kebab(key), { key, option });
  const positional = [...options].filter(([, { option }]) => option.positional).map(([name]) => name);
  // A link anywhere in the line is the picture, whatever else may be given without its name.
  const pictures = [...options].filter(([, { option }]) => option.type === "picture").map(([name]) => name);
  const collecting = [...options].find(([, { option }]) => option.collects)?.[0];
  const collected: Argument[] = [];
  const values: Record<string, unknown> = {};
  const named = (name: string) =>
    // "octaveScale:2" and "octavescale:2" mean octave-scale.
    options.get(name) ?? [...options].find(([known]) => known.replaceAll("-", "") === name.replaceAll("-", ""))?.[1];
  for (const argument of args) {
    const isFlag = argument.key === undefined && named(argument.value.toLowerCase())?.option.type === "flag";
    const isFree = (name: string): boolean => !Object.hasOwn(values, options.get(name)?.key ?? name);
    const name =
      argument.key ??
      (isFlag
        ? argument.value.toLowerCase()
        : isLink(argument.value)
          ? (pictures.find(isFree) ?? pictures[0])
          : positional.find(isFree));
    const found = name === undefined ? undefined : named(name);
    if (!found && collecting !== undefined) {
      collected.push(argument);
      continue;
    }
    if (name === undefined) throw new UserError(strayWord(command, argument.value));
    if (!found) throw new UserError(unknownOption(command, name, [...options.keys()]));
    if (Object.hasOwn(values, found.key)) throw new UserError(`${kebab(found.key)} is given twice; once is enough.`);
    values[found.key] = readOne(command, kebab(found.key), found.option, isFlag ? "yes" : argument.value);
  }
  const gatherer = collecting === undefined ? undefined : options.get(collecting);
  if (collecting !== undefined && gatherer && collected.length > 0) {
    if (Object.hasOwn(values, gatherer.key)) throw new UserError(`${collecting} is given twice; once is enough.`);
    values[gatherer.key] = readOne(command, collecting, gatherer.option, collected.map(joined).join(" "));
  }
  for (const [name, { key, option }] of options) {
    if (option.required && !Object.hasOwn(values, key))
      throw new UserError(`/${command.name} needs ${name}. ${example(command, name)}`);
  }
  return values as ValuesOf<O>;
}

function joined({ key, value }: Argument): string {
  return key === undefined ? value : `${key}:${value}`;
}

/** Reads a whole line of text for a command that is known already. */
export function readText<O extends Options>(command: Command<O>, text: string): ValuesOf<O> {
  const args = parseArguments(text);
  if (!args.ok) throw new UserError(`${args.mistake} ${example(command)}`);
  return readValues(command, args.value);
}

function readOne(command: Command, name: string, option: Option, typed: string): unknown {
  if (typed.trim() === "") throw new UserError(`${name}: needs a value. ${example(command, name)}`);
  const read = option.schema.safeParse(typed);
  if (read.success) return read.data;
  const expected = read.error.issues[0]?.message ?? option.help;
  const end = expected.endsWith("?") ? "" : ".";
  const shown = typed.length > 60 ? `${typed.slice(0, 57)}...` : typed;
  throw new UserError(
    `\`${printArgument({ key: name, value: shown })}\` is not possible: ${name} must be ${expected}${end} ${example(command, name)}`,
  );
}

function unknownOption(command: Command, name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  const list = known.length === 0 ? "It takes no options." : `It takes: ${known.join(", ")}.`;
  return `/${command.name} has no option ${name}${near ? `; did you mean ${near}?` : `. ${list}`} ${example(command, near)}`;
}

function strayWord(command: Command, word: string): string {
  const shown = word.length > 60 ? `${word.slice(0, 57)}...` : word;
  for (const [key, option] of Object.entries(command.options)) {
    // `/dream creatures` says clearly enough what is meant.
    const choice = option.choices?.find((known) => known.value.toLowerCase() === word.toLowerCase());
    if (choice)
      return `\`${shown}\` needs its option's name: \`${kebab(key)}:${choice.value}\`. ${example(command, kebab(key))}`;
  }
  return `I don't know what \`${shown}\` means here; options are written name:value. ${example(command)}`;
}

/** "For example: ..." with a line that uses the option, where there is one. */
export function example(command: Command, option?: string): string {
  const lines = command.examples;
  const fitting = option === undefined ? undefined : lines.find((line) => uses(line, option));
  return `For example: \`${fitting ?? lines[0] ?? `/${command.name}`}\``;
}

function uses(line: string, option: string): boolean {
  const read = parseLine(line);
  return read.ok && read.value.arguments.some((argument) => argument.key === option);
}
