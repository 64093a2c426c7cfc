import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { loadBuiltInStyles, parseBuiltInStyles } from "../../../src/commands/styles/built-in-styles.js";
import { newFolder } from "../../support/new-folder.js";

/** Reactions that mean something else on a picture or a palette (issue 4). */
const RESERVED = ["🔁", "⬆️", "➕", "➖", "🎬", "❤️", "🗑", "✅", "👁", "🍂"];

describe("the built-in styles", () => {
  const styles = loadBuiltInStyles();

  it("are at least twelve, few enough for the reactions of one message", () => {
    expect(styles.length).toBeGreaterThanOrEqual(12);
    // Discord takes 20, and one more ends a vote.
    expect(styles.length).toBeLessThan(20);
  });

  it("have emoji of their own, without those of other reactions", () => {
    const emoji = styles.map((style) => style.emoji);
    expect(new Set(emoji).size).toBe(styles.length);
    expect(emoji.filter((one) => RESERVED.includes(one))).toEqual([]);
  });

  it("come with opposites for some", () => {
    const pairs = styles.filter(({ opposite }) => opposite !== undefined);
    expect(pairs.length).toBeGreaterThanOrEqual(4);
    expect(styles.find(({ name }) => name === "summer")?.opposite).toBe("winter");
    for (const { name, opposite } of pairs)
      expect(styles.find((style) => style.name === opposite)?.opposite).toBe(name);
  });

  it("say who made them and under which licence", () => {
    for (const { credit, licence } of styles)
      expect({ credit, licence }).toEqual({ credit: expect.stringContaining("Dreamloom"), licence: "CC0-1.0" });
  });

  it.each(styles.map((style) => [style.name, style] as const))("have a picture of %s", async (_, style) => {
    const bytes = readFileSync(style.path);
    expect(await sharp(bytes).metadata()).toMatchObject({ format: "jpeg", width: 512, height: 512 });
    // None of nine parts is empty: each has light and dark.
    const grey = await sharp(bytes).greyscale().resize(96).raw().toBuffer();
    for (let part = 0; part < 9; part++) {
      const [left, top] = [32 * (part % 3), 32 * Math.floor(part / 3)];
      const values = Array.from(
        { length: 32 * 32 },
        (_, i) => grey[(top + Math.floor(i / 32)) * 96 + left + (i % 32)] ?? 0,
      );
      expect(Math.max(...values) - Math.min(...values), `part ${part}`).toBeGreaterThan(60);
    }
  });
});

describe("reading a file of styles", () => {
  const folder = newFolder();
  beforeAll(() => {
    for (const name of ["sun", "moon"]) writeFileSync(join(folder, `${name}.jpg`), name);
  });

  const read = (styles: string) =>
    parseBuiltInStyles(`licence: CC0-1.0\ncredit: me\nstyles:\n${styles}`, "styles.yaml", folder);
  const sun = "  sun: { emoji: 🌻, help: bright, opposite: moon }\n";
  const moon = "  moon: { emoji: 🌙, help: pale, opposite: sun }\n";

  it("gives each style its picture and what holds for all", () => {
    expect(read(sun + moon)).toEqual([
      {
        name: "sun",
        emoji: "🌻",
        help: "bright",
        opposite: "moon",
        credit: "me",
        licence: "CC0-1.0",
        path: join(folder, "sun.jpg"),
      },
      {
        name: "moon",
        emoji: "🌙",
        help: "pale",
        opposite: "sun",
        credit: "me",
        licence: "CC0-1.0",
        path: join(folder, "moon.jpg"),
      },
    ]);
    expect(read("  sun: { emoji: 🌻, help: bright }")[0]).not.toHaveProperty("opposite");
  });

  it.each([
    ["an emoji twice", sun + moon.replace("🌙", "🌻"), /🌻 is sun's already.*\n.*styles\.moon\.emoji/],
    [
      "an emoji of two characters",
      "  sun: { emoji: ☀️, help: bright }",
      /one emoji that is a single character.*\n.*styles\.sun\.emoji/,
    ],
    ["a word for an emoji", "  sun: { emoji: sun, help: bright }", /styles\.sun\.emoji/],
    ["an opposite that is not there", sun, /there is no style moon.*\n.*styles\.sun\.opposite/],
    [
      "an opposite of one side",
      sun + moon.replace(", opposite: sun", ""),
      /moon does not name sun.*\n.*styles\.sun\.opposite/,
    ],
    [
      "itself as opposite",
      "  sun: { emoji: 🌻, help: bright, opposite: sun }",
      /not its own opposite.*\n.*styles\.sun\.opposite/,
    ],
    ["no help", "  sun: { emoji: 🌻 }", /styles\.sun\.help/],
    ["an unknown key", "  sun: { emoji: 🌻, help: bright, colour: red }", /colour.*\n.*styles\.sun/],
    ["a name that cannot be typed", "  Sun 1: { emoji: 🌻, help: bright }", /key.*\n.*Sun 1/],
    [
      "no picture",
      "  stars: { emoji: 🌻, help: bright }",
      /styles\.stars has no picture; npx tsx scripts\/make-styles\.ts stars/,
    ],
  ])("names the style that has %s", (_, styles, message) => {
    expect(() => read(styles)).toThrow(message);
  });
});
