/**
 * How well do masks of things lie? Each against an outline that was drawn by hand before any mask was looked at.
 *
 * Usage: npx tsx bench/where.ts     prints the table of docs/benchmarks.md
 * IMAGES_PATH  folders with tubingen.jpg and, from Debian's python3-skimage, chelsea.png and coffee.png
 */
import { engineSettings } from "../src/app/engine-settings.js";
import { loadConfig } from "../src/app/settings/load-settings.js";
import { openEngine } from "../src/engine/open.js";
import { parseWhere } from "../src/engine/recipes/where/syntax.js";
import { DRAWN_MASKS, drawnPicture, overlap } from "../test/support/drawn-masks.js";

const engine = openEngine(engineSettings(loadConfig()));
console.log("| picture | word | classes | overlap |\n| --- | --- | --- | --- |");
for (const drawn of DRAWN_MASKS) {
  const path = drawnPicture(drawn);
  const where = parseWhere(drawn.word);
  const classes = where?.kind === "class" ? where.members.length : 0;
  const found = path === undefined ? "not there" : (await overlap(drawn, path, engine)).toFixed(2);
  console.log(`| ${drawn.picture} | ${drawn.word} | ${classes} | ${found} |`);
}
await engine.close();
