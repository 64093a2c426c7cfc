import { randomInt } from "node:crypto";
import type { ChannelRef } from "../../domain/channel.js";
import type { Credit } from "../../domain/credit.js";
import type { Chat } from "../../port/adapter.js";
import { kebab } from "../../shared/text.js";
import { type Argument, printLine } from "../parsing/command-line.js";
import type { Options } from "../parsing/options.js";
import type { StyleLibrary } from "../styles/style-library.js";

export type Params = Readonly<Record<string, unknown>>;

/** A job before it is handed in: the engine's parameters and its encoded input pictures by role. */
export interface Draft {
  readonly params: Params;
  readonly pictures: Readonly<Record<string, Uint8Array>>;
  /** Makers of the styles that a change has chosen; not there when it chose none. */
  readonly styleCredits?: readonly Credit[];
}

/** Where a draft is made: some values mean what they mean in a community only. */
export interface Scope {
  readonly channel: ChannelRef;
  readonly chat: Pick<Chat, "capabilities">;
  readonly styles: StyleLibrary;
}

/** The image to work on, or one whose style is taken. */
export type UnnamedImage = "image" | "style";

/** What a command that starts jobs tells of them, so that any job can be described, printed, repeated and changed. */
export interface Recipe {
  /** The engine's name for it. */
  readonly name: string;
  /** The command that makes it. */
  readonly command: string;
  /** See `RecipeDefinition.version`. */
  readonly version: number;
  /** The options that become parameters of the engine, in the order in which they are printed. */
  readonly options: Options;
  /** A short name of a job in plain words, for instance "Dream of creatures". */
  title(params: Params): string;
  /** Whether the result is a film. */
  film(params: Params): boolean;
  /** Parameters of a new job, before anything is chosen. */
  defaults(): Params;
  /**
   * A draft with some options' values changed; those that exclude one another are settled.
   * @throws UserError when they do not go together, or name what is not there.
   */
  change(draft: Draft, changes: Params, scope: Scope): Promise<Draft>;
  /**
   * Arguments that say the same again.
   * @param roles of the job's images; left out, the arguments say nothing of images
   */
  print(params: Params, roles?: readonly string[]): readonly Argument[];
  /** The images of a job that its line cannot name: they must be sent with it. */
  unnamedImages(params: Params, roles: readonly string[]): readonly UnnamedImage[];
  /** Megapixel-steps of all that will be worked on. */
  cost(params: Params): number;
  /** Megabytes that it takes at its worst moment, besides the program and its networks. */
  memory(params: Params): number;
  /** What the speed depends on, beginning with the recipe's name. */
  costKey(params: Params): string;
}

/** The line that makes the same image again, given the images that it cannot name: every parameter, with its seed. */
export function commandLine(recipe: Recipe, params: Params, roles: readonly string[]): string {
  return printLine({ name: recipe.command, arguments: recipe.print(params, roles) });
}

/** Arguments for the parameters that options have. */
export function printOptions(options: Options, params: Params): Argument[] {
  return Object.keys(options).flatMap((key) => {
    const value = params[key];
    return value === undefined ? [] : [{ key: kebab(key), value: printed(value) }];
  });
}

function printed(value: unknown): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  return String(value);
}

/** Random seeds are short, so that people can tell them to one another. */
const RANDOM_SEEDS = 1_000_000;

export function randomSeed(): number {
  return randomInt(1, RANDOM_SEEDS);
}
