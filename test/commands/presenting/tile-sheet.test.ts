import sharp from "sharp";
import { expect, it } from "vitest";
import { svgText, tileSheet } from "../../../src/commands/presenting/tile-sheet.js";

const layout = { tile: 60, label: 20, gap: 4, columns: 1 };

it.each([
  ["control characters", "A\u0001n\u000Bn"],
  ["what is no character", "A\uFFFEn\uFFFFn"],
  ["half of a pair", "A\uD83Cnn\uDF00"],
  ["markup", "</text><image href='file:///etc/hostname'/>&lt;&#0;"],
])("a sheet is drawn whatever is in a name: %s", async (_what, name) => {
  const drawn = await tileSheet([{ image: undefined, draw: () => svgText('x="4" y="20"', name) }], layout);
  expect(await sharp(drawn).metadata()).toMatchObject({ format: "jpeg", width: 68 });
});
