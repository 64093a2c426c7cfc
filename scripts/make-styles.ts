/**
 * Draws the style pictures of the documentation, which are this project's own.
 *
 * Usage: npx tsx scripts/make-styles.ts [FOLDER]     docs/pictures/styles when left out
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import type { Canvas } from "./styles/canvas.js";
import { glass } from "./styles/glass.js";
import { summer } from "./styles/summer.js";
import { winter } from "./styles/winter.js";
import { woodcut } from "./styles/woodcut.js";

/** Drawn at twice the size and shrunk, so that edges are smooth. */
const [SIDE, OVERSAMPLING] = [512, 2];

const STYLES: Readonly<Record<string, (side: number) => Canvas | Promise<Canvas>>> = { glass, woodcut, summer, winter };

const folder = process.argv[2] ?? fileURLToPath(new URL("../docs/pictures/styles", import.meta.url));
await mkdir(folder, { recursive: true });
for (const [name, draw] of Object.entries(STYLES)) {
  const { side, pixels } = await draw(SIDE * OVERSAMPLING);
  const file = join(folder, `${name}.jpg`);
  const raw = { width: side, height: side, channels: 3 } as const;
  const { size } = await sharp(pixels, { raw }).resize(SIDE).jpeg({ quality: 82, mozjpeg: true }).toFile(file);
  process.stdout.write(`${file}: ${Math.round(size / 1024)} kB\n`);
}
