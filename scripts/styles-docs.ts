/**
 * Writes the table of house styles in docs/styles.md.
 *
 * Usage: npx tsx scripts/styles-docs.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { loadBuiltInStyles } from "../src/commands/styles/built-in-styles.js";

export const PAGE = fileURLToPath(new URL("../docs/styles.md", import.meta.url));

/** The page with its table rewritten. */
export function withStyles(page: string): string {
  const rows = loadBuiltInStyles().map(
    ({ name, emoji, help, opposite }) =>
      `| ${emoji} | [${name}](../config/styles/${name}.jpg) | ${help} | ${opposite ?? ""} |`,
  );
  const table = ["|   | style | what it is | opposite |", "| --- | --- | --- | --- |", ...rows].join("\n");
  return page.replace(/(<!-- styles -->)[\s\S]*?(?=\n<!-- end -->)/, (_, mark: string) => `${mark}\n${table}`);
}

if (argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PAGE, withStyles(readFileSync(PAGE, "utf8")));
