import { printLine } from "./grammar.js";
import { kebab, type Options } from "./options.js";

export type Params = Readonly<Record<string, unknown>>;

/** What a command that starts jobs tells of them, so that any job can be described, printed, repeated and changed. */
export interface Recipe {
  /** The engine's name for it, which is the command's as well. */
  readonly name: string;
  /** The options that are parameters of the engine, in the order in which they are printed. */
  readonly options: Options;
  /** A short name of a job in plain words, for instance "Dream of creatures". */
  title(params: Params): string;
  /**
   * Parameters with some of them changed; options that exclude one another are settled.
   * @throws Mistake when they do not go together.
   */
  change(params: Params, changes: Params): Params;
  /** Megapixel-steps of all octaves together. */
  work(params: Params): number;
  /** What the speed depends on, beginning with the recipe's name. */
  pace(params: Params): string;
}

/** The line that makes the same picture again: every parameter, with its seed. */
export function commandLine(recipe: Recipe, params: Params): string {
  const args = Object.keys(recipe.options).flatMap((key) => {
    const value = params[key];
    return value === undefined ? [] : [{ key: kebab(key), value: String(value) }];
  });
  return printLine({ name: recipe.name, arguments: args });
}
