/** Small images side by side on one sheet, each with something written on or under it. */

import type { OverlayOptions } from "sharp";
import { sharp } from "../../shared/native.js";

/** In pixels: the side of a tile, the height of what is written under it, and the gap around both. */
interface SheetLayout {
  readonly tile: number;
  readonly label: number;
  readonly gap: number;
  readonly columns: number;
}

interface Tile {
  /** Encoded, as large as a tile; undefined where there is none. */
  readonly image: Buffer | undefined;
  /** SVG that is drawn over the sheet, given the tile's upper left corner. */
  draw(left: number, top: number): string;
}

/** How large a sheet of so many tiles is, and where their upper left corners are, in pixels. */
export function placesOn({ tile, label, gap, columns }: SheetLayout, count: number) {
  const places = Array.from({ length: count }, (_, index) => ({
    left: gap + (index % columns) * (tile + gap),
    top: gap + Math.floor(index / columns) * (tile + label + gap),
  }));
  const width = gap + Math.min(columns, count) * (tile + gap);
  const height = gap + Math.ceil(count / columns) * (tile + label + gap);
  return { width, height, places };
}

/** @returns a JPEG */
export async function tileSheet(tiles: readonly Tile[], layout: SheetLayout): Promise<Uint8Array> {
  const { width, height, places } = placesOn(layout, tiles.length);
  const placed = places.flatMap((place, index) => {
    const each = tiles[index];
    return each ? [{ image: each.image, draw: each.draw, left: place.left, top: place.top }] : [];
  });
  const images = placed.flatMap(({ image, left, top }): OverlayOptions[] =>
    image ? [{ input: image, left, top }] : [],
  );
  const drawn = placed.map(({ draw, left, top }) => draw(left, top)).join("");
  const size = `width="${width}" height="${height}"`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="DejaVu Sans, sans-serif">${drawn}</svg>`;
  const bytes = await sharp({ create: { width, height, channels: 3, background: "#17151c" } })
    .composite([...images, { input: Buffer.from(svg), left: 0, top: 0 }])
    .jpeg({ quality: 87, mozjpeg: true })
    .toBuffer();
  return new Uint8Array(bytes);
}

/** What XML cannot hold: one such letter in somebody's name would keep the whole sheet from being drawn. */
const UNWRITABLE = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** A text in SVG: `attributes` such as `x="4" y="20" fill="#fff"`. */
export function svgText(attributes: string, text: string | number): string {
  const written = String(text).replace(UNWRITABLE, "").replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text ${attributes}>${written}</text>`;
}
