/**
 * Draws the house styles, which are this project's own.
 *
 * Usage: npx tsx scripts/make-styles.ts [NAME...]     all of them when left out
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { autumn } from "./styles/autumn.js";
import type { Canvas } from "./styles/canvas.js";
import { comic } from "./styles/comic.js";
import { confetti } from "./styles/confetti.js";
import { cubist } from "./styles/cubist.js";
import { dawn } from "./styles/dawn.js";
import { fire } from "./styles/fire.js";
import { glass } from "./styles/glass.js";
import { gold } from "./styles/gold.js";
import { ink } from "./styles/ink.js";
import { knit } from "./styles/knit.js";
import { marble } from "./styles/marble.js";
import { mosaic } from "./styles/mosaic.js";
import { neon } from "./styles/neon.js";
import { night } from "./styles/night.js";
import { spring } from "./styles/spring.js";
import { summer } from "./styles/summer.js";
import { water } from "./styles/water.js";
import { winter } from "./styles/winter.js";
import { woodcut } from "./styles/woodcut.js";

/** Drawn at twice the size and shrunk, so that edges are smooth. */
const [SIDE, OVERSAMPLING] = [512, 2];

export const FOLDER = fileURLToPath(new URL("../config/styles", import.meta.url));

/** Each draws a square of the given side. */
export const STYLES: Readonly<Record<string, (side: number) => Canvas | Promise<Canvas>>> = {
  summer,
  winter,
  spring,
  autumn,
  fire,
  water,
  dawn,
  night,
  glass,
  woodcut,
  mosaic,
  ink,
  comic,
  knit,
  neon,
  marble,
  gold,
  confetti,
  cubist,
};

/** A style's picture as a JPEG, the same each time. */
export async function drawStyle(name: string): Promise<Buffer> {
  const draw = STYLES[name];
  if (!draw) throw new Error(`There is no style ${name}; there are ${Object.keys(STYLES).join(", ")}.`);
  const { side, pixels } = await draw(SIDE * OVERSAMPLING);
  return sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .resize(SIDE)
    .jpeg({ quality: 88, mozjpeg: true })
    .toBuffer();
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const names = argv.slice(2);
  for (const name of names.length > 0 ? names : Object.keys(STYLES)) {
    const started = performance.now();
    const jpeg = await drawStyle(name);
    await writeFile(join(FOLDER, `${name}.jpg`), jpeg);
    process.stdout.write(
      `${name}: ${Math.round(jpeg.length / 1024)} kB, drawn in ${Math.round(performance.now() - started)} ms\n`,
    );
  }
}
