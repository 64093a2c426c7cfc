/**
 * Writes the tables of parameters into docs/engine.md, from the recipes' definitions.
 *
 * Usage: npx tsx scripts/engine-docs.ts
 * `test/docs/engine-tables.test.ts` fails when the page is behind the code.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { completed, type RecipeDefinition } from "../src/engine/recipes/definition.js";
import { DEFINITIONS } from "../src/engine/recipes/definitions.js";
import type { RecipeOption } from "../src/engine/recipes/option.js";

export const PAGE = new URL("../docs/engine.md", import.meta.url);

const code = (value: unknown): string => {
  const short = typeof value === "number" ? Number(value.toPrecision(3)) : value;
  return `\`${typeof short === "string" ? short : JSON.stringify(short)}\``;
};

function takes({ kind, choices, minimum = 0, maximum = 0, unit }: RecipeOption): string {
  switch (kind) {
    case "integer":
    case "number": {
      const most = maximum === 2 ** 31 - 1 ? "2^31 - 1" : maximum;
      const range = maximum === Number.MAX_SAFE_INTEGER ? `${minimum} and more` : `${minimum} to ${most}`;
      return `${kind === "integer" ? "whole, " : ""}${range}${unit === "px" ? " px" : ""}`;
    }
    case "choice":
      return (choices ?? []).map(({ value }) => code(value)).join(", ");
    case "flag":
      return "`true`, `false`";
    case "styles":
      return "a list";
    default:
      return "text";
  }
}

function meaning({ help, more, choices = [] }: RecipeOption): string {
  const words = choices.map(({ value, label }) => `${code(value)}: ${uncapitalised(label)}`);
  return [`${help}.`, ...(words.length > 0 ? [`${words.join("; ")}.`] : []), ...(more ? [more] : [])].join(" ");
}

/** Acronyms keep their capitals. */
function uncapitalised(text: string): string {
  return /^[A-Z][a-z ]/.test(text) ? `${text.charAt(0).toLowerCase()}${text.slice(1)}` : text;
}

function find(recipe: string): RecipeDefinition {
  const found = DEFINITIONS.find(({ name }) => name === recipe);
  if (!found) throw new Error(`there is no recipe ${recipe}`);
  return found;
}

/**
 * The table of a recipe's parameters, in Markdown.
 * @param without another recipe, whose parameters are left out
 */
export function tableOf(recipe: string, without?: string): string {
  const definition = find(recipe);
  const [studio, book] = [{}, { preset: "book" }].map((given) => completed(definition, given));
  const known = without === undefined ? {} : find(without).options;
  const departs = Object.keys(definition.presets.book ?? {}).length > 0;
  const rows = Object.entries(definition.options)
    .filter(([name]) => !Object.hasOwn(known, name))
    .map(([name, option]) => {
      const [usual = "", books = ""] = [studio, book].map((values) =>
        values?.[name] === undefined ? "" : code(values[name]),
      );
      const inBook = books === usual || name === "preset" ? "" : books;
      const columns = [code(name), usual, ...(departs ? [inBook] : []), takes(option), meaning(option)];
      return `| ${columns.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
    });
  const head = ["parameter", "default", ...(departs ? ["in `book`"] : []), "takes", "what it does"];
  return [`| ${head.join(" | ")} |`, `|${" --- |".repeat(head.length)}`, ...rows].join("\n");
}

const BLOCK = /(<!-- parameters of (\w+)(?: beyond (\w+))? -->)[\s\S]*?<!-- end -->/g;

/** The page with its tables filled in. */
export function withTables(page: string): string {
  return page.replace(
    BLOCK,
    (_, mark: string, recipe: string, without?: string) => `${mark}\n${tableOf(recipe, without)}\n<!-- end -->`,
  );
}

if (argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PAGE, withTables(readFileSync(PAGE, "utf8")));
