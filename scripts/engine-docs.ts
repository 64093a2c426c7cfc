/**
 * Writes the tables of parameters into docs/engine.md, from the recipes' own schemas and comments.
 *
 * Usage: npx tsx scripts/engine-docs.ts            writes them
 * `test/docs/engine-tables.test.ts` fails when the page is behind the code.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { RECIPES } from "../src/engine/recipes/registry.js";

export const PAGE = new URL("../docs/engine.md", import.meta.url);

const RECIPE_FILES = new URL("../src/engine/recipes/", import.meta.url);
/** Where the comments on fields that recipes share are, after the recipe's own file. */
const SHARED = ["stylize.ts", "paint/params.ts", "manner.ts", "climb.ts"];

/** What needs no comment in the code, or another one here; `recipe.name` is for one recipe. */
const PLAIN: Readonly<Record<string, string>> = {
  preset: "A set of defaults.",
  network: "Id of a network of the catalogue, or a path.",
  octaves: "Sizes it is worked on at, small to large.",
  octaveScale: "How much larger each octave is than the one before.",
  "grid.steps": "Steps of each channel.",
  width: "In pixels.",
  "texture.height": "As `width`.",
  "zoom.height": "As `width`.",
  "dream.layers": "Layers with weights, as `name:weight name:weight ...`; they override the look.",
  wobble: "Largest random zoom of each step, as a share.",
  turn: "Largest random turn of each step, in degrees: what survives it is large and whole.",
  blur: "Standard deviation, in pixels, of the Gaussian that smooths the gradient at the first octave.",
  blurDecay: "Share of it that each further octave takes off: `blur * (1 - blurDecay * octave)`.",
  columns: "Tiles a row.",
  frames: "Length of the film.",
  framesPerSecond: "Speed of the film.",
  format: "Of the film; mp4 needs ffmpeg on the PATH.",
  seed: "The same number makes the same picture again.",
  display:
    'How numbers become colours: "toned" fills the range of brightness, "standard" is the book\'s, "plain" shows them as they are.',
};

interface Property {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** The comments above fields, by the fields' names; the first one found counts. */
function commentsOf(files: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of files) {
    const source = readFileSync(new URL(file, RECIPE_FILES), "utf8");
    for (const [, comment = "", name = ""] of source.matchAll(
      /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(?:readonly )?(\w+)\??:/g,
    )) {
      const text = comment
        .replace(/^\s*\* ?/gm, "")
        .replace(/\{@link \w+\}/g, "")
        .replace(/\s+/g, " ")
        .replace(/ \(see \)/, "")
        .trim();
      if (!found.has(name)) found.set(name, text);
    }
  }
  return found;
}

const code = (value: unknown): string => {
  const short = typeof value === "number" ? Number(value.toPrecision(3)) : value;
  return `\`${typeof short === "string" ? short : JSON.stringify(short)}\``;
};

function takes({ type, enum: choices, minimum, maximum }: Property): string {
  if (choices) return choices.map(code).join(", ");
  if (type === "boolean") return "`true`, `false`";
  if (type === "array") return "a list";
  if (type === "string") return "text";
  const [low, high] = [minimum, maximum].map((v) =>
    v === undefined || Math.abs(v) === Number.MAX_SAFE_INTEGER ? undefined : v,
  );
  const kind = type === "integer" ? "whole, " : "";
  return high === undefined
    ? `${kind}${low ?? ""} and more`
    : `${kind}${low ?? ""} to ${high === 2 ** 31 - 1 ? "2^31 - 1" : high}`;
}

/**
 * The table of a recipe's parameters, in Markdown.
 * @param without another recipe, whose parameters are left out
 */
export function tableOf(recipe: string, without?: string): string {
  const schema = RECIPES.get(recipe)?.params;
  if (!schema) throw new Error(`there is no recipe ${recipe}`);
  const { properties = {} } = z.toJSONSchema(schema, { io: "output", unrepresentable: "any" }) as {
    properties?: Record<string, Property>;
  };
  const [studio, book] = [{}, { preset: "book" }].map((given) => schema.parse(given) as Record<string, unknown>);
  const known = without === undefined ? {} : (RECIPES.get(without)?.params.parse({}) as Record<string, unknown>);
  const [own, shared] = [commentsOf([`${recipe}.ts`]), commentsOf(SHARED)];
  const departs = Object.keys(properties).some(
    (name) => name !== "preset" && JSON.stringify(book?.[name]) !== JSON.stringify(studio?.[name]),
  );
  const listed = Object.entries(properties).filter(([name]) => !(name in known));
  const rows = listed.map(([name, property]) => {
    const about = PLAIN[`${recipe}.${name}`] ?? own.get(name) ?? PLAIN[name] ?? shared.get(name);
    if (about === undefined) throw new Error(`nothing says what ${recipe}'s "${name}" does: write a comment above it`);
    const [usual, books] = [studio, book].map((values) => (values?.[name] === undefined ? "" : code(values[name])));
    const columns = [
      code(name),
      usual,
      ...(departs ? [books === usual || name === "preset" ? "" : books] : []),
      takes(property),
      about,
    ];
    return `| ${columns.map((cell) => (cell ?? "").replaceAll("|", "\\|")).join(" | ")} |`;
  });
  const head = ["parameter", "default", ...(departs ? ["in `book`"] : []), "takes", "what it does"];
  return [`| ${head.join(" | ")} |`, `|${" --- |".repeat(head.length)}`, ...rows].join("\n");
}

const BLOCK = /(<!-- parameters of (\w+)(?: beyond (\w+))? -->)[\s\S]*?<!-- end -->/g;

/** The page with its tables made anew. */
export function withTables(page: string): string {
  return page.replace(
    BLOCK,
    (_, mark: string, recipe: string, without?: string) => `${mark}\n${tableOf(recipe, without)}\n<!-- end -->`,
  );
}

if (argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PAGE, withTables(readFileSync(PAGE, "utf8")));
