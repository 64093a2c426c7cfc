/**
 * A contact sheet of what bench/into.ts has written: each class from the sample photo, and below it from noise.
 *
 * Usage: npx tsx bench/into-sheet.ts FOLDER SHEET.jpg
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { encode, openPicture } from "../src/engine/images/codec.js";
import { write } from "../src/engine/images/lettering.js";
import { emptyRaster } from "../src/engine/images/raster.js";
import { pasteRaster } from "../src/engine/images/resample.js";
import { CLASSES, pictureName } from "./into-classes.js";

const COLUMNS = 5;
const FROM = ["sample", "noise"];
/** A tile's sides, what is between two, and the line for a name, in pixels. */
const [WIDTH, HEIGHT, GAP, LINE] = [204, 153, 6, 22];
const [GREY, INK, SIZE] = [24, 225, 10];

const [folder = "", sheetFile = ""] = process.argv.slice(2);
const names = CLASSES.split(", ");
const rowHeight = LINE + FROM.length * (HEIGHT + GAP);
const sheet = emptyRaster(COLUMNS * (WIDTH + GAP) + GAP, Math.ceil(names.length / COLUMNS) * rowHeight);
sheet.data.fill(GREY);
for (const [index, name] of names.entries()) {
  const x = GAP + (index % COLUMNS) * (WIDTH + GAP);
  const y = Math.floor(index / COLUMNS) * rowHeight;
  write(sheet, name, { x, y: y + 7, size: SIZE, grey: INK });
  for (const [row, from] of FROM.entries()) {
    const picture = await openPicture(await readFile(join(folder, pictureName(from, name))));
    pasteRaster(sheet, await picture.decode(WIDTH), x, y + LINE + row * (HEIGHT + GAP));
  }
}
await sharp(await encode(sheet))
  .jpeg({ quality: 80, mozjpeg: true })
  .toFile(sheetFile);
