import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseLine } from "../../src/commands/parsing/command-line.js";
import { readValues } from "../../src/commands/parsing/read-values.js";
import { commandLine, type Draft } from "../../src/commands/recipes/recipe.js";
import { loadBuiltInStyles } from "../../src/commands/styles/built-in-styles.js";
import { blendDefinition } from "../../src/engine/recipes/blend/definition.js";
import { dreamDefinition } from "../../src/engine/recipes/dream/definition.js";
import { stylizeDefinition } from "../../src/engine/recipes/stylize/definition.js";
import { textureDefinition } from "../../src/engine/recipes/texture/definition.js";
import { RECIPES } from "../../src/engine/run-job.js";
import { ann, art, source } from "../fakes/chat.js";
import { FakeEngine, picture } from "../fakes/engine.js";
import { studio } from "../fakes/studio.js";

const { app, chat } = await studio();
const scope = { channel: art, chat, styles: app.styles, looks: app.store.looks };
const image = await picture(40, 30);

/** What a line becomes, as its command makes it. */
async function draft(line: string, pictures: Draft["pictures"] = { image, style: image }): Promise<Draft> {
  const parsed = parseLine(line);
  if (!parsed.ok) throw new Error(parsed.problem);
  const { picture: _, ...values } = readValues(app.registry.find(parsed.value.name), parsed.value.arguments) as Record<
    string,
    unknown
  >;
  const recipe = [...app.recipes.values()].find(({ command }) => command === parsed.value.name);
  if (!recipe) throw new Error(`no recipe for ${line}`);
  return recipe.change({ params: recipe.defaults(), pictures }, values, scope);
}

const lines = [...app.recipes.values()].flatMap(({ command }) =>
  app.registry
    .find(command)
    .examples.filter((line) => line !== "/stylize" && !line.includes(" vote")) // These ask which style.
    .filter((line) => !line.startsWith("/teach") || line.includes("name:"))
    .filter((line) => !line.includes(" from:")) // This asks people first.
    .map((line) => [line] as const),
);

describe("every recipe", () => {
  it.each(lines)("%s: the engine takes its parameters, and the printed line makes the same again", async (line) => {
    const made = await draft(line);
    const name = /^\/(\w+)/.exec(line)?.[1];
    const recipe = [...app.recipes.values()].find(({ command }) => command === name);
    if (!recipe) throw new Error(`no recipe for ${line}`);
    // Looks and layers are the engine's own business; that it knows every parameter is ours.
    expect(RECIPES.get(recipe.name)?.params.safeParse(made.params).error).toBeUndefined();
    expect(recipe.cost(made.params)).toBeGreaterThan(0);
    expect(recipe.costKey(made.params)).toMatch(new RegExp(`^${recipe.name} `));
    expect(recipe.title(made.params).length).toBeLessThan(100);
    const again = await draft(commandLine(recipe, made.params, Object.keys(made.pictures)));
    expect(again.params).toEqual(made.params);
  });
});

describe("a job that is made again", () => {
  it.each([
    ["/zoom activation_36/7", { into: "castle" }, { into: "castle", channels: undefined }],
    ["/zoom into:castle", { channels: "activation_36/7" }, { channels: "activation_36/7", into: undefined }],
    ["/neurons layers:activation_36", { find: "peacock" }, { find: "peacock", layers: undefined }],
    ["/texture winter width:256 height:128", { size: 96 }, { size: 96, width: undefined, height: undefined }],
    ["/dream channels:activation_36/7", { like: "winter" }, { like: "winter", channels: undefined }],
  ])("%s keeps nothing of what %o takes the place of", async (line, changes, expected) => {
    const recipe = [...app.recipes.values()].find(({ command }) => line.startsWith(`/${command} `)) ?? expect.fail();
    const { params } = await recipe.change(await draft(line), changes, scope);
    expect(Object.fromEntries(Object.keys(expected).map((key) => [key, params[key]]))).toEqual(expected);
  });
});

describe("blends", () => {
  const shares = async (line: string) =>
    ((await draft(line)).params.styles as { name: string; weight: number }[]).map(({ name, weight }) => [name, weight]);

  it("give what one style leaves to its opposite, else to the photo's own style", async () => {
    expect(await shares("/blend summer:0.3")).toEqual([
      ["summer", 0.3],
      ["winter", 0.7],
    ]);
    const alone = loadBuiltInStyles().find(({ opposite }) => opposite === undefined)?.name;
    expect(await shares(`/blend ${alone}:0.25`)).toEqual([
      [alone, 0.25],
      ["photo", 0.75],
    ]);
    expect(await shares("/blend winter:1")).toEqual([["winter", 1]]);
  });

  it("share alike what is not said, and sum to 1", async () => {
    expect(await shares("/blend summer winter")).toEqual([
      ["summer", 0.5],
      ["winter", 0.5],
    ]);
    expect(await shares("/blend summer:0.6 winter fire")).toEqual([
      ["summer", 0.6],
      ["winter", 0.2],
      ["fire", 0.2],
    ]);
    expect(await shares("/blend summer:30% winter:70% size:512")).toEqual([
      ["summer", 0.3],
      ["winter", 0.7],
    ]);
    expect(await shares("/blend summer:1 winter:3")).toEqual([
      ["summer", 0.25],
      ["winter", 0.75],
    ]);
  });

  it.each([
    ["summer:30", "Did you mean 30% of summer? Then write `summer:30%` or `summer:0.3`."],
    ["summer:30 winter", "Did you mean 30% of summer? Then write `summer:30%` or `summer:0.3`."],
    ["🌻:12,5 winter:0.875", "Did you mean 12.5% of 🌻? Then write `🌻:12.5%` or `🌻:0.125`."],
    ["summer:300", "A style's share can be at most 1. For example: `/blend summer:0.3`"],
    ["summer:0 winter:1", /^`styles:.*` is not possible: styles must be given shares above 0, unlike summer:0\. For/],
    ["summer winter Summer", /styles must be named once each, unlike Summer\. For example/],
    ["a b c d e f g h i", /styles must be 8 at most\. For example/],
    ["summer:0.3 winter:", /styles must be styles with shares, such as summer:0\.3 winter:0\.7\. For example/],
  ])("say the one reason why %s is none", async (styles, reason) => {
    await expect(draft(`/blend ${styles}`)).rejects.toThrow(reason);
  });

  /** A line, and the one that is printed of what it makes, both as drafts. */
  const twice = async (line: string) => {
    const recipe = app.recipes.get("blend");
    const made = await draft(line, { image });
    if (!recipe) throw new Error("no blend");
    const printed = commandLine(recipe, made.params, Object.keys(made.pictures));
    return { printed, first: made.params, second: (await draft(printed, { image })).params };
  };

  it.each([
    ["summer:4 winter:1 night:1", "summer:0.667 winter:0.167 night:0.167"],
    ["summer:0.3 winter:0.7 night:top", "summer:0.3 winter:0.7 night:top"],
    ["summer:rest night:top", "summer:rest night:top"],
    ["summer:0.33333", "summer:0.333 winter:0.667"],
    ["summer:0.0000001 night:top", "summer:0.001 night:top"],
    ["summer:0.0000001 night", "summer:0.001 night:1"],
    ["summer:1 winter:1 night:1", "summer:0.333 winter:0.333 night:0.333"],
  ])("print %s as %s, which is the same picture", async (styles, expected) => {
    const { printed, first, second } = await twice(`/blend ${styles}`);
    expect(printed).toContain(`/blend ${expected} `);
    expect(second).toEqual(first);
  });

  it("are the same from the line that is printed of them, whatever their shares", async () => {
    const names = loadBuiltInStyles().map(({ name }) => name);
    const part = fc.oneof(
      fc.integer({ min: 1, max: 1000 }).map(String),
      fc.double({ min: 1, max: 1000, noNaN: true }).map((weight) => weight.toFixed(4)),
    );
    const share = fc.oneof(
      fc.integer({ min: 1, max: 100_000 }).map((weight) => (weight / 100_000).toFixed(5)),
      fc.integer({ min: 1, max: 1000 }).map((weight) => `${weight / 10}%`),
      fc.constantFrom("top", "rest", "#0080ff", ""),
    );
    const styled = (value: fc.Arbitrary<string>) =>
      fc.uniqueArray(fc.tuple(fc.constantFrom(...names), value), {
        minLength: 1,
        maxLength: 8,
        selector: ([name]) => name,
      });
    // All in parts, or all of shares, places and neither: the rest is asked about.
    const blends = fc.oneof(
      styled(part).filter(({ length }) => length > 1),
      styled(share),
    );
    const sameAgain = async (styles: readonly (readonly [string, string])[]) => {
      const typed = styles.map(([name, value]) => (value === "" ? name : `${name}:${value}`)).join(" ");
      const { first, second } = await twice(`/blend ${typed} seed:1`);
      expect(second).toEqual(first);
    };
    await fc.assert(fc.asyncProperty(blends, sameAgain), { numRuns: 60 });
  });

  it("name a style once, also by its emoji", async () => {
    await expect(draft("/blend summer:0.3 🌻:0.7")).rejects.toThrow("Name each style once: summer is there twice.");
  });

  it("know styles by emoji, and answer mistakes with the nearest word", async () => {
    const winter = loadBuiltInStyles().find(({ name }) => name === "winter");
    expect(await shares(`/blend ${winter?.emoji}:0.4`)).toEqual([
      ["winter", 0.4],
      ["summer", 0.6],
    ]);
    await expect(draft("/blend wintr:0.4")).rejects.toThrow(/There is no style called wintr; did you mean winter\?/);
    await expect(draft("/blend summer:0.4 size")).rejects.toThrow(
      "size is an option and needs a value: write size: and the value after it.",
    );
    await expect(draft("/blend summer:0.4 sise:512")).rejects.toThrow(
      /There is no style called sise; did you mean .*size/,
    );
    await expect(draft("/blend")).rejects.toThrow(/^Which styles\? There are .*winter.* For example: `\/blend/);
    await expect(draft("/blend winter sweep:4")).resolves.toBeDefined();
    await expect(draft("/blend winter:1 sweep:4")).rejects.toThrow(/name two/);
  });

  it("hand the engine each style's picture, and the photo for its own style", async () => {
    const { params, pictures } = await draft("/blend fire:0.5 photo:0.5", { image });
    expect(params.styles).toMatchObject([{ picture: "style1" }, { picture: "image" }]);
    const fire = loadBuiltInStyles().find(({ name }) => name === "fire");
    expect(fire && Buffer.from(pictures.style1 ?? []).equals(readFileSync(fire.path))).toBe(true);
    expect(Object.keys(pictures).sort()).toEqual(["image", "style1"]);
  });
});

describe("paintings in a chat", () => {
  it("paint the attached picture, and again in another style", async () => {
    const { chat, engine, quiet } = await studio({ engine: new FakeEngine({ automatic: true }) });
    await chat.say(ann, "/stylize winter strength:0.7 keep-colours", { attachments: [source(image)] });
    await quiet();
    await chat.say(ann, "/again style:summer");
    await quiet();
    const [first, second] = engine.runs.map(({ request }) => request);
    expect(first).toMatchObject({
      recipe: "stylize",
      params: { strength: 0.7, keepColours: true, styles: [{ name: "winter", weight: 1 }] },
    });
    expect(Object.keys(first?.pictures ?? {}).sort()).toEqual(["image", "style1"]);
    expect(second?.params).toMatchObject({ seed: first?.params.seed, styles: [{ name: "summer" }] });
    expect(second?.pictures.image).toEqual(image);
    expect(second?.pictures.style1).not.toEqual(first?.pictures.style1);
    expect(chat.in("thread").at(-1)?.content.text).toContain("/stylize summer strength:0.7");
  });

  it("take a second attached picture as the style", async () => {
    const { chat, engine, quiet } = await studio({ engine: new FakeEngine({ automatic: true }) });
    const other = await picture(32, 32);
    await chat.say(ann, "/stylize", { attachments: [source(image), source(other)] });
    await quiet();
    expect(engine.runs[0]?.request.pictures).toEqual({ image, style1: other });
  });

  it("say which pictures their lines do not name", async () => {
    const { chat, quiet } = await studio({ engine: new FakeEngine({ automatic: true }) });
    const notes = async (line: string, ...sent: Uint8Array[]): Promise<(string | undefined)[]> => {
      await chat.say(ann, line, { attachments: sent.map((bytes) => source(bytes)) });
      await quiet();
      const public_ = chat.in("channel").at(-1)?.content.text.split("\n")[1];
      const final = chat.in("thread").at(-1)?.content.text.split("```")[2]?.trim();
      return [public_?.replace(/^`.*`/, ""), final];
    };
    const other = await picture(32, 32);
    /** The version follows what the line does not name. */
    const note = ({ version }: { readonly version: number }, pictures: string): string[] => {
      const parts = [...(pictures ? [pictures] : []), ...(version > 1 ? [`recipe version ${version}`] : [])];
      return [parts.map((part) => ` · ${part}`).join(""), parts.join(" · ")];
    };
    const both = note(stylizeDefinition, "needs the same picture and style picture");
    expect(await notes("/stylize", image, other)).toEqual(both);
    expect(await notes("/stylize winter", image)).toEqual(note(stylizeDefinition, "needs the same picture"));
    expect(await notes("/blend winter:0.5", image)).toEqual(note(blendDefinition, "needs the same picture"));
    expect(await notes("/texture", image)).toEqual(note(textureDefinition, "needs the same picture"));
    expect(await notes("/texture winter")).toEqual(note(textureDefinition, ""));
    expect(await notes("/dream picture:none")).toEqual(note(dreamDefinition, ""));
  });

  it("say what is missing", async () => {
    const { chat } = await studio();
    chat.latest = undefined;
    await chat.say(ann, "/stylize winter");
    await chat.say(ann, "/texture");
    const [noPicture, nothing] = chat.ephemeral.map(({ text }) => text);
    expect(noPicture).toMatch(/^There is no picture here\. Attach one/);
    expect(nothing).toMatch(/^There is no picture here\. Attach one/);
  });

  it("weave a word without the newest picture, and lean a picture that is given into it", async () => {
    const { chat, engine, quiet } = await studio({ engine: new FakeEngine({ automatic: true }) });
    for (const attachments of [[], [source(image)]]) {
      await chat.say(ann, "/texture into:peacock", { attachments });
      await quiet();
    }
    const [alone, leaning] = engine.runs.map(({ request }) => request);
    expect(alone).toMatchObject({ recipe: "texture", pictures: {}, params: { into: "peacock" } });
    expect(leaning?.pictures).toHaveProperty("style");
  });

  it("keep films within what the platform takes", async () => {
    const { chat, engine, quiet } = await studio({ engine: new FakeEngine({ automatic: true }) });
    await chat.say(ann, "/zoom frames:12 picture:none");
    await quiet();
    expect(engine.runs[0]?.request).toMatchObject({ recipe: "zoom", pictures: {}, params: { frames: 12 } });
    expect(Number(engine.runs[0]?.request.params.maxBytes)).toBeLessThanOrEqual(chat.capabilities.uploadBytes);
  });
});
