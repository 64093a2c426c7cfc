/**
 * Paints the sample photo in every house style, for docs/styles.md: some minutes on two cores.
 *
 * Usage: npx tsx scripts/style-sheet.ts [FOLDER]
 *
 * FOLDER keeps the paintings as NAME.png; those that are there already are not painted again.
 */
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { argv, stdout } from "node:process";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { loadBuiltInStyles } from "../src/commands/styles/built-in-styles.js";
import { createEngine } from "../src/index.js";

const PHOTO = fileURLToPath(new URL("../config/sample.jpg", import.meta.url));
const SHEET = fileURLToPath(new URL("../docs/pictures/built-in-styles.jpg", import.meta.url));
/** Of the sheet and its tiles, in pixels; labels stand below the tiles. */
const [COLUMNS, WIDTH, HEIGHT, LABEL, GAP] = [4, 244, 183, 22, 6];

const label = (text: string): Buffer =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${LABEL}"><text x="2" y="16" font-family="sans-serif" font-size="14" fill="#333">${text}</text></svg>`,
  );

const folder = argv[2];
if (folder) await mkdir(folder, { recursive: true });
const engine = await createEngine();

async function painting(style: string, file: string | undefined): Promise<Uint8Array> {
  if (file && existsSync(file)) return readFile(file);
  const { picture } = await engine.run({ recipe: "stylize", pictures: { image: PHOTO, style }, params: { size: 256 } });
  if (file) await writeFile(file, picture);
  return picture;
}

const tiles: { readonly name: string; readonly picture: Uint8Array }[] = [
  { name: "the photo", picture: await readFile(PHOTO) },
];
for (const { name, path } of loadBuiltInStyles()) {
  tiles.push({ name, picture: await painting(path, folder && join(folder, `${name}.png`)) });
  stdout.write(`${name}\n`);
}
await engine.close();

const composed = tiles.map(async ({ name, picture }, i) => {
  const left = GAP + (i % COLUMNS) * (WIDTH + GAP);
  const top = GAP + Math.floor(i / COLUMNS) * (HEIGHT + LABEL + GAP);
  return [
    { input: await sharp(picture).resize(WIDTH, HEIGHT).toBuffer(), left, top },
    { input: label(name), left, top: top + HEIGHT },
  ];
});
const rows = Math.ceil(tiles.length / COLUMNS);
const [width, height] = [GAP + COLUMNS * (WIDTH + GAP), GAP + rows * (HEIGHT + LABEL + GAP)];
const { size } = await sharp({ create: { width, height, channels: 3, background: "white" } })
  .composite((await Promise.all(composed)).flat())
  .jpeg({ quality: 84, mozjpeg: true })
  .toFile(SHEET);
stdout.write(`${Math.round(size / 1024)} kB\n`);
