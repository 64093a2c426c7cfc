import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { botOptionsOf } from "../../src/app/bot-options.js";
import { loadConfig } from "../../src/app/settings/load-settings.js";
import { changeDream } from "../../src/commands/recipes/change-dream.js";
import { newFolder } from "../support/new-folder.js";

const BIRDS = `title: Our birds
dream:
  default: wings
  looks:
    lace: { description: Lace, layers: { a: 1 } }
    wings: { description: Wings, layers: { b: 1 } }
`;

/** What is offered where folders with these notes lie, by their names. */
function offered(notes: Readonly<Record<string, string | undefined>>) {
  const folder = newFolder();
  for (const [name, text] of Object.entries(notes)) {
    mkdirSync(join(folder, name));
    if (text !== undefined) writeFileSync(join(folder, name, "dreamloom.yaml"), text);
  }
  const options = botOptionsOf(loadConfig({ MODELS_PATH: folder }));
  const looksOf = (id: string) => options.looks.filter(({ networks }) => networks.includes(id)).map(({ name }) => name);
  return { options, looksOf };
}

it("offers the looks of a network in a folder by the notes beside it, else those by depth", () => {
  const byDepth = ["creatures", "ornaments", "parts", "patterns", "textures"];
  const { options, looksOf } = offered({ birds: BIRDS, plain: undefined, torn: "dream: [", vgg16: "title: VGG" });
  expect(looksOf("birds")).toEqual(["wings", "lace"]);
  expect(options.networks.find(({ id }) => id === "birds")?.help).toBe("Our birds");
  expect(looksOf("plain").sort()).toEqual(byDepth);
  // The engine says what is wrong with the notes when the network is asked for.
  expect(looksOf("torn").sort()).toEqual(byDepth);
  expect(looksOf("vgg16")).toContain("creatures");
});

it("mixes such a look with a word, takes its default for itself, and refuses one that is another network's", () => {
  const { options } = offered({ birds: BIRDS });
  const before = { network: "birds" };
  expect(changeDream(options, before, { look: "lace", into: "owl" })).toMatchObject({ look: "lace", into: "owl" });
  expect(changeDream(options, before, {})).toMatchObject({ look: "wings" });
  expect(() => changeDream(options, before, { look: "creatures" })).toThrow("birds has no look creatures");
});
