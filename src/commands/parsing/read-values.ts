import { nearest } from "../../shared/nearest.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { kebab } from "../../shared/text.js";
import type { Command } from "../command.js";
import { isLink } from "../images/image-option.js";
import { UserError } from "../user-error.js";
import { type Argument, parseArguments, parseLine, printArgument } from "./command-line.js";
import type { Option, Options, ValuesOf } from "./options.js";

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
    if (name === undefined) throw strayWord(command, argument.value);
    if (!found) throw unknownOption(command, name, [...options.keys()]);
    if (Object.hasOwn(values, found.key)) throw new UserError("option.twice", { option: kebab(found.key) });
    values[found.key] = readOne(command, kebab(found.key), found.option, isFlag ? "yes" : argument.value);
  }
  const gatherer = collecting === undefined ? undefined : options.get(collecting);
  if (collecting !== undefined && gatherer && collected.length > 0) {
    if (Object.hasOwn(values, gatherer.key)) throw new UserError("option.twice", { option: collecting });
    values[gatherer.key] = readOne(command, collecting, gatherer.option, collected.map(joined).join(" "));
  }
  for (const [name, { key, option }] of options) {
    if (option.required && !Object.hasOwn(values, key))
      throw new UserError("option.required", { command: command.name, option: name, example: example(command, name) });
  }
  return values as ValuesOf<O>;
}

function joined({ key, value }: Argument): string {
  return key === undefined ? value : `${key}:${value}`;
}

/** Reads a whole line of text for a command that is known already. */
export function readText<O extends Options>(command: Command<O>, text: string): ValuesOf<O> {
  const args = parseArguments(text);
  if (!args.ok) throw new UserError("line.invalid", { problem: args.mistake, example: example(command) });
  return readValues(command, args.value);
}

function readOne(command: Command, name: string, option: Option, typed: string): unknown {
  if (typed.trim() === "") throw new UserError("option.empty", { option: name, example: example(command, name) });
  const read = option.schema.safeParse(typed);
  if (read.success) return read.data;
  const expected = read.error.issues[0]?.message ?? option.help;
  const shown = typed.length > 60 ? `${typed.slice(0, 57)}...` : typed;
  throw new UserError("option.value", {
    argument: printArgument({ key: name, value: shown }),
    option: name,
    expected,
    example: example(command, name),
  });
}

function unknownOption(command: Command, option: string, known: readonly string[]): UserError {
  const near = nearest(option, known);
  return new UserError("option.unknown", {
    command: command.name,
    option,
    near,
    known: known.join(", "),
    example: example(command, near),
  });
}

function strayWord(command: Command, typed: string): UserError {
  const word = typed.length > 60 ? `${typed.slice(0, 57)}...` : typed;
  for (const [key, option] of Object.entries(command.options)) {
    // `/dream creatures` says clearly enough what is meant.
    const choice = option.choices?.find((known) => known.value.toLowerCase() === typed.toLowerCase());
    const name = kebab(key);
    if (choice)
      return new UserError("option.name-missing", {
        word,
        argument: `${name}:${choice.value}`,
        example: example(command, name),
      });
  }
  return new UserError("option.stray", { word, example: example(command) });
}

/** "For example: ..." with a line that uses the option, where there is one. */
function example(command: Command, option?: string): string {
  const lines = command.examples;
  const fitting = option === undefined ? undefined : lines.find((line) => uses(line, option));
  return sentence("example", { line: fitting ?? lines[0] ?? `/${command.name}` });
}

function uses(line: string, option: string): boolean {
  const read = parseLine(line);
  return read.ok && read.value.arguments.some((argument) => argument.key === option);
}
