import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { PAGE, withStyles } from "../../scripts/styles-docs.js";
import { loadBuiltInStyles } from "../../src/commands/styles/built-in-styles.js";

describe("docs/styles.md", () => {
  const page = readFileSync(PAGE, "utf8");

  it("lists the built-in styles (npx tsx scripts/styles-docs.ts writes them)", () => {
    expect(page).toBe(withStyles(page));
    for (const { name, help } of loadBuiltInStyles())
      expect(page).toContain(`[${name}](../config/styles/${name}.jpg) | ${help} |`);
  });

  it("links to files that are there", () => {
    const links = [...page.matchAll(/\]\(([^)#]+)\)/g)].map(([, link = ""]) => link);
    expect(links.length).toBeGreaterThan(12);
    expect(links.filter((link) => !existsSync(join(dirname(PAGE), link)))).toEqual([]);
  });
});
