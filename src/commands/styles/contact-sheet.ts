import type { Picture } from "../../port/messages.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { sharp } from "../../shared/sharp.js";
import type { Style } from "./style-library.js";

/** Pixels: a style's picture, what its name stands on, and the gap around. */
const TILE = 150;
const LABEL = 24;
const GAP = 8;
const COLUMNS = 5;
const PAPER = "#17151c";

/** Styles side by side with their names, for people to choose from. */
export async function contactSheet(styles: readonly Style[]): Promise<Picture> {
  const columns = Math.min(COLUMNS, styles.length);
  const rows = Math.ceil(styles.length / COLUMNS);
  const at = (index: number) => ({
    left: GAP + (index % COLUMNS) * (TILE + GAP),
    top: GAP + Math.floor(index / COLUMNS) * (TILE + LABEL + GAP),
  });
  const tiles = await Promise.all(
    styles.map(async (style, index) => ({
      input: await sharp(await style.picture(), { limitInputPixels: 50_000_000 })
        .resize(TILE, TILE, { fit: "cover" })
        .png()
        .toBuffer(),
      ...at(index),
    })),
  );
  const labels = styles.map(({ name }, index) => {
    const { left, top } = at(index);
    return `<text x="${left + TILE / 2}" y="${top + TILE + 17}">${escaped(name)}</text>`;
  });
  const [width, height] = [GAP + columns * (TILE + GAP), GAP + rows * (TILE + LABEL + GAP)];
  const text = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><g font-family="DejaVu Sans, sans-serif" font-size="15" fill="#f2eee6" text-anchor="middle">${labels.join("")}</g></svg>`;
  const bytes = await sharp({ create: { width, height, channels: 3, background: PAPER } })
    .composite([...tiles, { input: Buffer.from(text), left: 0, top: 0 }])
    .jpeg({ quality: 88 })
    .toBuffer();
  return {
    bytes,
    name: "styles.jpg",
    type: "image/jpeg",
    description: sentence("styles.choose", { names: styles.map(({ name }) => name).join(", ") }),
  };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
