import { describe, expect, it } from "vitest";
import { explain } from "../../../src/commands/help.js";
import { parseLine } from "../../../src/commands/parsing/command-line.js";
import { readText, readValues } from "../../../src/commands/parsing/read-values.js";
import { changeDream } from "../../../src/commands/recipes/change-dream.js";
import { chatRecipe } from "../../../src/commands/recipes/chat-recipe.js";
import { commandLine, type Params } from "../../../src/commands/recipes/recipe.js";
import { UserError } from "../../../src/commands/user-error.js";
import { dreamDefinition } from "../../../src/engine/recipes/dream/definition.js";
import { ann, art } from "../../fakes/chat.js";
import { botOptions, studio } from "../../fakes/studio.js";

const { app } = await studio();
const dream = chatRecipe(dreamDefinition, botOptions);
const dreamParams = (given: Params): Params => changeDream(botOptions, dream.defaults(), given);
const { registry } = app;

function problemOf(line: string): string {
  try {
    const parsed = parseLine(line);
    if (!parsed.ok) return parsed.problem;
    const values = readValues(registry.find(parsed.value.name), parsed.value.arguments);
    if (parsed.value.name === "dream") dreamParams(values);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  throw new Error(`${line} was taken.`);
}

describe("every command", () => {
  it.each(registry.all.map((command) => [command.name, command] as const))(
    "/%s: its examples are read, and its help names each option",
    (_name, command) => {
      expect(command.examples.length).toBeGreaterThan(0);
      for (const example of command.examples) {
        const parsed = parseLine(example);
        if (!parsed.ok) throw new Error(parsed.problem);
        expect(parsed.value.name).toBe(command.name);
        const values = readValues(command, parsed.value.arguments);
        // What an option collects is one value.
        const collecting = Object.values(command.options).some((option) => option.collects);
        if (!collecting) expect(Object.keys(values)).toHaveLength(parsed.value.arguments.length);
      }
      const summary = registry.summaries.find((known) => known.name === command.name);
      for (const option of summary?.options ?? []) expect(explain(command)).toContain(`\`${option.name}\``);
      // What Discord takes.
      expect(command.help.length).toBeLessThanOrEqual(100);
      for (const option of summary?.options ?? []) {
        expect(option.name).toMatch(/^[a-z][a-z-]{0,31}$/);
        expect(option.help.length).toBeLessThanOrEqual(100);
      }
    },
  );
});

describe("what is wrong", () => {
  it.each([
    ["/dreem", "There is no command /dreem; did you mean /dream? `/help` lists them all."],
    ["/paint", "There is no command /paint. `/help` lists them all."],
    [
      "/dream look:craetures",
      "resnet50 has no look craetures; it has textures, patterns, creatures. For example: `/dream look:textures`",
    ],
    [
      "/dream size:9000",
      "`size:9000` is not possible: size must be a whole number from 64 to 1024 px. " +
        "For example: `/dream size:256 steps:20 seed:7`",
    ],
    [
      "/dream size:big",
      "`size:big` is not possible: size must be a whole number from 64 to 1024 px. " +
        "For example: `/dream size:256 steps:20 seed:7`",
    ],
    [
      "/dream stength:1",
      "/dream has no option stength; did you mean strength? For example: `/dream look:creatures strength:0.6`",
    ],
    [
      "/dream creatures",
      "`creatures` needs its option's name: `look:creatures`. For example: `/dream look:creatures strength:0.6`",
    ],
    ...["summer:0.3", "🌻:30%"].map((share) => [
      `/stylize ${share} size:128`,
      `\`style:${share}\` is not possible: style must be one style without a share; \`/blend ${share}\` takes shares. ` +
        "For example: `/stylize style:winter keep-colours`",
    ]),
    [
      "/stylize stength:0.3",
      "/stylize has no option stength; did you mean strength? For example: `/stylize summer strength:0.7 size:512`",
    ],
    ["/dream please", "I don't know what `please` means here; options are written name:value. For example: `/dream`"],
    ["/dream size:300 size:400", "size is given twice; once is enough."],
    ["/dream seed:", "seed: needs a value. For example: `/dream size:256 steps:20 seed:7`"],
    [
      "/dream look:creatures layers:a",
      "A look is a choice of layers, so give either look or layers, not both. For example: `/dream look:creatures`",
    ],
    [
      "/dream network:googlenet look:textures",
      "googlenet has no look textures; it has patterns. For example: `/dream look:patterns`",
    ],
    [
      "/cancel 7",
      "`job:7` is not possible: job must be all, a job's id, or its first 4 characters. For example: `/cancel`",
    ],
    [
      "/style ad name:frost",
      "`action:ad` is not possible: action must be one of list, show, add, rename, remove; did you mean add? " +
        "For example: `/style`",
    ],
    [
      "/dream size:300 creatures",
      "`creatures` needs its option's name: `look:creatures`. For example: `/dream look:creatures strength:0.6`",
    ],
    ["/queue now", "I don't know what `now` means here; options are written name:value. For example: `/queue`"],
  ])("%s", (line, sentence) => {
    expect(problemOf(line)).toBe(sentence);
  });

  it("do not throw anything else, whatever is typed", () => {
    for (const text of [
      "__proto__:1",
      "constructor:2",
      "toString",
      'look:"',
      "a:b:c:d",
      "size:1e999",
      "seed:99999999999",
      "layers:`x`",
    ]) {
      expect(() => readText(registry.find("dream"), text)).toThrow(UserError);
    }
  });
});

describe("values", () => {
  const read = (text: string) => readText(registry.find("dream"), text);

  it("are read kindly", () => {
    expect(read("size:512px strength:0,6 octaveScale:1.5 LOOK:Creatures")).toEqual({
      size: 512,
      strength: 0.6,
      octaveScale: 1.5,
      look: "creatures",
    });
    expect(read("picture:none seed:0")).toEqual({ picture: "none", seed: 0 });
    const { seed } = read("seed:random");
    expect(seed).toBeGreaterThan(0);
  });

  it.each([
    ["/dream where:top left", { where: "top left" }],
    ["/dream into:golden retriever size:128", { into: "golden-retriever", size: 128 }],
    ["/dream size:512 px seed:7", { size: 512, seed: 7 }],
    ["/dream size 512 seed 7", { size: 512, seed: 7 }],
    ["/dream look creatures", { look: "creatures" }],
    ["/stylize winter strength 0.5 where top left", { style: "winter", strength: 0.5, where: "top left" }],
    ["/zoom into golden retriever", { into: "golden-retriever" }],
    ["/blend summer:0.3 winter size 256", { styles: "summer:0.3 winter", size: 256 }],
    ["/settings daily:18:00 Europe/Berlin", { daily: "18:00 Europe/Berlin" }],
    ["/settings art on", { art: "on" }],
    ["/settings bot off everywhere", { bot: "off", everywhere: true }],
    ["/settings reset largest", { action: "reset", what: "largest" }],
    ["/style winter", { name: "winter" }],
    ["/style show winter", { action: "show", name: "winter" }],
    ["/gallery 7KQ4M9XA", { job: "7KQ4M9XA" }],
    ["/gallery person Ann Lee", { person: "Ann Lee" }],
    ["/preset moody", { name: "moody" }],
    ["/preset save moody look:eyes into owl", { action: "save", name: "moody", options: "look:eyes into owl" }],
    ["/teach moths", { name: "moths" }],
  ])("are read where quotes, a colon or an action are left out: %s", (line, values) => {
    const parsed = parseLine(line);
    if (!parsed.ok) throw new Error(parsed.problem);
    expect(readValues(registry.find(parsed.value.name), parsed.value.arguments)).toEqual(values);
  });

  it("are read by the name that other commands have for them", () => {
    expect(readText(registry.find("zoom"), "size:128")).toEqual({ width: 128 });
    expect(() => readText(registry.find("zoom"), "size:128 width:96")).toThrow(/width/);
  });

  it("become parameters with every default filled in and a random seed", () => {
    const params = dreamParams({});
    expect(params).toMatchObject({
      look: "creatures",
      size: 512,
      octaves: 4,
      octaveScale: 1.4,
      steps: 10,
      strength: 1,
      network: "resnet50",
    });
    expect(dreamParams({}).seed).not.toBe(params.seed);
    expect(dreamParams({ network: "googlenet" }).look).toBe("patterns");
    // A network whose looks only the engine knows: its own default unless one is asked for.
    const bare = dreamParams({ network: "bare" });
    expect(bare).not.toHaveProperty("look");
    expect(changeDream(botOptions, bare, { look: "creatures" }).look).toBe("creatures");
    expect(dream.title(bare)).toBe("Dream");
  });

  it("of a repeated job are changed with look and layers settled", () => {
    const first = dreamParams({ seed: 7 });
    const layered = changeDream(botOptions, first, { layers: "activation_36:1" });
    expect(layered.look).toBeUndefined();
    expect(changeDream(botOptions, layered, { strength: 2 })).toEqual({ ...layered, strength: 2 });
    expect(changeDream(botOptions, layered, { look: "patterns" })).toEqual({ ...first, look: "patterns" });
    expect(changeDream(botOptions, layered, { network: "googlenet" })).toMatchObject({
      look: "patterns",
      network: "googlenet",
    });
    expect(changeDream(botOptions, layered, { network: "googlenet" }).layers).toBeUndefined();
    expect(commandLine(dream, layered, ["image"])).toContain("/dream layers:activation_36:1 size:512");
  });

  it("say how much work they are", () => {
    const params = dreamParams({ size: 1000, octaves: 1, steps: 10 });
    expect(dream.cost(params)).toBeCloseTo(7);
    expect(dream.cost({ ...params, octaves: 2, octaveScale: 2 })).toBeCloseTo(8.75);
    // 4096 x 2867 in 3 x 2 tiles: inside, each has a margin of 96 pixels around it.
    const print = dream.cost({ ...params, size: 4096, network: "resnet50" });
    expect(print / (10 * 4.096 * 2.867)).toBeCloseTo(((4096 + 4 * 96) / 4096) * ((2867 + 2 * 96) / 2867), 1);
  });
});

describe("completion", () => {
  const complete = async (typed: string, option = "look", command = "dream") =>
    (await registry.complete({ command, option, typed, channel: art, user: ann }, 25)).map((choice) => choice.value);

  it("offers what begins with the typed letters, then what contains them", async () => {
    expect(await complete("")).toEqual(["textures", "patterns", "creatures"]);
    expect(await complete("Pa")).toEqual(["patterns"]);
    expect(await complete("eyes")).toEqual(["patterns"]);
    expect(await complete("", "nothing")).toEqual([]);
    expect(await complete("", "look", "nothing")).toEqual([]);
  });

  it("offers the styles of the place", async () => {
    expect(await complete("wint", "style", "stylize")).toEqual(["winter"]);
    expect(await complete("ice", "styles", "blend")).toContain("winter");
  });
});
