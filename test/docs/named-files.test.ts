import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const filesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name}`);

const known = [...["src", "test", "bench", "scripts", "config", "packaging"].flatMap(filesIn), ...readdirSync(root)];
const pages = [
  ...filesIn("docs").filter((file) => file.endsWith(".md")),
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
];

/** Files of code named in backticks or as links, whole or by the end of their path; `<name>` or `NAME` is any. */
function namedIn(page: string): string[] {
  const text = readFileSync(join(root, page), "utf8");
  const quoted = [...text.matchAll(/`([\w./<>-]+\.(?:tsx?|mjs))`/g), ...text.matchAll(/\]\(\.\.\/([\w./-]+\.tsx?)\)/g)];
  return quoted.map(([, name = ""]) => name).filter((name) => !/<|NAME/.test(name));
}

it.each(pages)("%s names files that are there", (page) => {
  const gone = namedIn(page).filter((name) => !known.some((file) => file === name || file.endsWith(`/${name}`)));
  expect(gone).toEqual([]);
});

it("the pages name files at all", () => {
  expect(pages.flatMap(namedIn).length).toBeGreaterThan(50);
  expect(pages.map((page) => basename(page))).toContain("architecture.md");
});
