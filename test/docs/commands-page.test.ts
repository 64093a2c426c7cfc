import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { commandsPage, PAGE } from "../../scripts/commands-docs.js";
import { parseLine } from "../../src/commands/parsing/command-line.js";
import { readValues } from "../../src/commands/parsing/read-values.js";
import { studio } from "../fakes/studio.js";

const { app } = await studio();
const page = readFileSync(PAGE, "utf8");

it("docs/commands.md is what the definitions say (npx tsx scripts/commands-docs.ts writes it)", () => {
  expect(page).toBe(commandsPage());
});

it("every example in docs/commands.md and README.md is understood", () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const lines = [...`${page}\n${readme}`.matchAll(/^\/[a-z]+.*$/gm)].map(([line]) => line);
  expect(lines.length).toBeGreaterThan(25);
  for (const line of lines) {
    const parsed = parseLine(line);
    if (!parsed.ok) throw new Error(`${line}: ${parsed.problem}`);
    const command = app.registry.find(parsed.value.name);
    // The fake house has fewer looks than the real one.
    const known = parsed.value.arguments.filter(({ key }) => key !== "look");
    expect(() => readValues(command, known), line).not.toThrow();
  }
});
