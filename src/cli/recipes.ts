/** The verbs that run recipes, such as `dreamloom dream IMAGE -o OUT.png`: built from the recipes' definitions. */
import { existsSync } from "node:fs";
import { extname, parse } from "node:path";
import { type Command, Option } from "commander";
import { completed, type RecipeDefinition } from "../engine/recipes/definition.js";
import { DEFINITIONS } from "../engine/recipes/definitions.js";
import type { RecipeOption } from "../engine/recipes/option.js";
import { MASK, readStyleWhere } from "../engine/recipes/where/syntax.js";
import { defined } from "../shared/defined.js";
import { sentence } from "../shared/sentences/sentence.js";
import { kebab } from "../shared/text.js";
import { runtimeOption } from "./engine.js";
import { framesIn } from "./moving.js";
import { type RunFlags, runRecipe } from "./run-recipe.js";
import { numberWithin, UsageError } from "./usage.js";

const STILL_ENDINGS: readonly string[] = [".png", ".jpg", ".jpeg", ".webp"];

/** What was typed, by the flags' names. */
type Flags = Omit<RunFlags, "output"> & { readonly output?: string } & Readonly<Record<string, unknown>>;

export function addRecipes(program: Command): void {
  for (const definition of DEFINITIONS) addRecipe(program, definition);
}

/** Adds the verb of a recipe. What is not typed is left to the recipe, where a preset may change it. */
function addRecipe(program: Command, definition: RecipeDefinition): Command {
  const { name, help, options, pictures } = definition;
  const roles = Object.entries(pictures).filter(([, { notInCli }]) => notInCli === undefined);
  const [main] = roles;
  const command = program.command(name).description(help);
  command.option("-o, --output <file>", sentence("cli.output", { name, ...outputsOf(definition) }));
  for (const [role, { help: use, without }] of roles) {
    const about = sentence("cli.image", { use, without });
    if (role === main?.[0]) command.argument(without ? "[image]" : "<image>", sentence("cli.argument", { about }));
    else command.option(`--${role} <image>`, about);
  }
  for (const [key, option] of Object.entries(options)) {
    if (option.notInCli === undefined) command.addOption(flagOf(key, option));
  }
  return runtimeOption(command)
    .option("--frames <dir>", "Write every octave, or every frame of a film, as PNG into this folder")
    .option("--json", "Print one JSON object about the run")
    .action(() => {
      const typed = Object.entries(command.opts()).filter(([key]) => command.getOptionValueSource(key) !== "default");
      const flags = Object.fromEntries(typed) as Flags;
      const paths = roles.map(
        ([role]) => [role, role === main?.[0] ? command.args[0] : (flags[role] as string | undefined)] as const,
      );
      return run(definition, flags, new Map(paths));
    });
}

/** An option's flag; the value is named after its unit or its kind. */
function flagOf(key: string, option: RecipeOption): Option {
  const { kind, flag = key, help, more, unit, minimum = 0, maximum = 0, choices, default: usual } = option;
  if (kind === "styles") return new Option("--style <file[:weight]>", sentence("cli.style")).argParser(collectStyles);
  const numeric = kind === "integer" || kind === "number";
  const value = kind === "flag" ? "" : ` <${unit ?? (numeric ? "n" : kind)}>`;
  const about = sentence("cli.option", { help, more, bounds: numeric ? { minimum, maximum } : undefined });
  const made = new Option(`--${kebab(flag)}${value}`, about);
  if (numeric) made.argParser(numberWithin(minimum, maximum, { whole: kind === "integer" }));
  if (choices) made.choices(choices.map((choice) => choice.value));
  return kind === "flag" ? made : made.default(usual);
}

/** The endings that the output may have. A recipe with formats makes films, by some parameters or by all. */
function outputsOf({ options, film, ...definition }: Pick<RecipeDefinition, "options" | "presets" | "film">) {
  const films = (options.format?.choices ?? []).map(({ value }) => `.${value}`);
  const always = film(completed({ options, ...definition }, {}));
  return { still: always ? [] : STILL_ENDINGS, films };
}

async function run(
  definition: RecipeDefinition,
  { output: typed, frames, json, runtime, ...flags }: Flags,
  paths: Map<string, string | undefined>,
): Promise<void> {
  const { name, options, doing } = definition;
  const params: Record<string, unknown> = {};
  for (const [key, option] of Object.entries(options)) {
    const { kind, flag = key } = option;
    if (kind === "styles") params[key] = stylesFrom((flags[flag] ?? []) as readonly StyleArgument[], name, paths);
    else if (kind === "where") params[key] = whereFrom(flags[flag] as string | undefined, option, paths);
    else params[key] = flags[flag];
  }
  const [image] = paths.values();
  const moves = options.moving && (await framesIn(image, params.moving as string | undefined));
  if (moves) params.filmFrames = moves;
  const film = definition.film(completed(definition, params));
  const { still, films } = outputsOf(definition);
  const endings = film ? films : still;
  const output = typed ?? freeName(`${photoName(paths)}${name}`, endings[0] ?? "");
  if (film) params.format = extname(output).slice(1).toLowerCase();
  if (!endings.includes(extname(output).toLowerCase())) {
    throw new UsageError(moves ? "cli.ending-moving" : "cli.ending", { output, endings: endings.join(", ") });
  }
  await runRecipe({ recipe: name, params, paths, doing }, { output, frames, json, runtime });
}

/** The picture that is worked on, without its ending: "photo-". */
function photoName(paths: ReadonlyMap<string, string | undefined>): string {
  const [path] = paths.values();
  return path === undefined ? "" : `${parse(path).name}-`;
}

/** A file of this folder that is not there yet: "photo-dream.png", "photo-dream-2.png". */
function freeName(name: string, ending: string): string {
  for (let n = 1; ; n += 1) {
    const file = `${name}${n === 1 ? "" : `-${n}`}${ending}`;
    if (!existsSync(file)) return file;
  }
}

/** A place, or the file of a mask, perhaps after "not". */
function whereFrom(
  typed: string | undefined,
  { read, expected }: Pick<RecipeOption, "read" | "expected">,
  paths: Map<string, string | undefined>,
): string | undefined {
  if (typed === undefined) return undefined;
  const known = read?.(typed);
  if (known !== undefined) return known;
  const [, not = "", path = ""] = /^(not\s+)?(.+)$/.exec(typed.trim()) ?? [];
  if (!/\.\w{2,5}$/.test(path)) {
    const wanted = typeof expected === "function" ? expected(typed) : "";
    throw new UsageError("cli.where", { where: typed, expected: wanted });
  }
  paths.set(MASK, path);
  return `${not}${MASK}`;
}

interface StyleArgument {
  readonly path: string;
  readonly weight: number;
  /** Where it is painted. */
  readonly where?: string;
}

/** A file's own name may hold colons: only a number after the last one is a weight, and a place where it is painted. */
function collectStyles(typed: string, before: readonly StyleArgument[] = []): StyleArgument[] {
  const [, painting = "", place = ""] = /^(.+):([^:./\\]+)$/.exec(typed) ?? [];
  const where = /^[+-]?[\d.]+$/.test(place) ? undefined : readStyleWhere(place);
  if (where !== undefined) return [...before, { path: painting, weight: 1, where }];
  const [, path = typed, weight = "1"] = /^(.+):([+-]?(?:\d+\.?\d*|\.\d+))$/.exec(typed) ?? [];
  if (Number(weight) < 0) throw new UsageError("cli.style-weight", { style: typed, path });
  return [...before, { path, weight: Number(weight) }];
}

/** The styles as a recipe's parameter; adds their pictures. */
function stylesFrom(styles: readonly StyleArgument[], verb: string, paths: Map<string, string | undefined>) {
  if (styles.length === 0) throw new UsageError("cli.no-style", { verb });
  return styles.map(({ path, weight, where }, index) => {
    const picture = `style${index + 1}`;
    paths.set(picture, path);
    return { picture, name: path, weight, ...defined({ where }) };
  });
}
