/**
 * How well do masks of things lie? Each against an outline that was drawn by hand before any mask was looked at.
 *
 * Usage: npx tsx bench/where.ts [folder]     prints the tables of docs/benchmarks.md; a sheet of dreams in masks into
 *   the folder, each beside where it differs from its source
 * IMAGES_PATH  folders with tubingen.jpg and, from Debian's python3-skimage, chelsea.png and coffee.png
 */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { engineSettings } from "../src/app/engine-settings.js";
import { loadConfig } from "../src/app/settings/load-settings.js";
import { decode, encode } from "../src/engine/images/codec.js";
import { emptyRaster, type Raster } from "../src/engine/images/raster.js";
import { pasteRaster } from "../src/engine/images/resample.js";
import { openEngine } from "../src/engine/open.js";
import { parseWhere } from "../src/engine/recipes/where/syntax.js";
import { runJob } from "../src/engine/run-job.js";
import { DRAWN_MASKS, drawnPicture, overlap } from "../test/support/drawn-masks.js";

const [folder] = process.argv.slice(2);
const engine = openEngine(engineSettings(loadConfig()));
console.log("| picture | word | classes | overlap |\n| --- | --- | --- | --- |");
for (const drawn of DRAWN_MASKS) {
  const path = drawnPicture(drawn);
  const where = parseWhere(drawn.word);
  const classes = where?.kind === "class" ? where.members.length : 0;
  const found = path === undefined ? "not there" : (await overlap(drawn, path, engine)).toFixed(2);
  console.log(`| ${drawn.picture} | ${drawn.word} | ${classes} | ${found} |`);
}

const SIDE = 384;
const sample = readFileSync(new URL("../config/sample.jpg", import.meta.url));
const drawing = (body: string, size = "width='600' height='450'") =>
  sharp(Buffer.from(`<svg xmlns='http://www.w3.org/2000/svg' ${size}>${body}</svg>`))
    .png()
    .toBuffer();
const brush = await drawing(
  "<rect width='600' height='450'/><path d='M80 330 Q300 180 520 330' fill='none' stroke='#fff' stroke-width='90'/>",
);
const sticker = await drawing(
  "<path d='M300 60 L540 390 H60 Z' fill='#c84'/><circle cx='300' cy='280' r='70' fill='#fd6'/>",
);
/** What is dreamt in, and how it was said. */
const MASKED: readonly {
  readonly where?: string;
  readonly feather?: number;
  readonly image?: Buffer;
  readonly mask?: Buffer;
}[] = [
  { where: "mountain" },
  { where: "not mountain", feather: 24 },
  { where: "top left", feather: 40 },
  { where: "#5a8fc8" },
  { where: "mask", mask: brush },
  { image: sticker },
];

/** Pixels that are as in the source, to the last digit; and how much each of the others differs, as a picture. */
function compared(source: Raster, result: Raster): { readonly same: number; readonly picture: Raster } {
  const { width, height } = source;
  const picture = emptyRaster(width, height);
  let same = 0;
  for (let i = 0; i < width * height; i++) {
    const apart = [0, 1, 2].map((c) => {
      const at = c * width * height + i;
      return Math.abs(Math.round(result.data[at] ?? 0) - Math.round(source.data[at] ?? 0));
    });
    const most = Math.max(...apart);
    if (most === 0) same++;
    for (const c of [0, 1, 2]) picture.data[c * width * height + i] = Math.min(255, 4 * most);
  }
  return { same: same / (width * height), picture };
}

const rows: { readonly source: Raster; readonly result: Raster; readonly picture: Raster }[] = [];
console.log("\n| where | feather | as in the source |\n| --- | --- | --- |");
for (const { where, feather, image = sample, mask } of MASKED) {
  const params = { size: SIDE, seed: 1, octaves: 3, steps: 8, ...(where && { where }), ...(feather && { feather }) };
  const made = await runJob(
    { recipe: "dream", params, pictures: { image, ...(mask && { mask }) } },
    { ...engine, signal: new AbortController().signal, onFrame: () => undefined },
  );
  const [source, result] = [await decode(image, SIDE), await decode(made.picture)];
  const { same, picture } = compared(source, result);
  rows.push({ source, result, picture });
  console.log(`| ${where ?? "a transparent picture"} | ${feather ?? "as usual"} | ${(100 * same).toFixed(0)} % |`);
}
if (folder !== undefined) {
  const sheet = emptyRaster(SIDE * 3, 288 * rows.length);
  for (const [row, { source, result, picture }] of rows.entries())
    for (const [column, each] of [source, result, picture].entries())
      pasteRaster(sheet, each, column * SIDE, row * 288);
  await writeFile(join(folder, "where.png"), await encode(sheet));
}
await engine.close();
