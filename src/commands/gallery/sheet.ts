/** A page of the gallery as one picture. */

import type { OverlayOptions } from "sharp";
import type { GalleryWork } from "../../port/gallery.js";
import type { Picture } from "../../port/messages.js";
import { sharp } from "../../shared/sharp.js";
import { graphemesOf } from "../../shared/text.js";
import type { Thumbnails } from "./thumbnails.js";

/** Pixels: a work's tile, the two lines under it, and the gaps around. */
const TILE = 300;
const LABEL = 54;
const GAP = 16;
const COLUMNS = 3;
const PAPER = "#17151c";
/** A work that its author has hidden is shown in so many pixels. */
const HIDDEN_SIDE = 6;
/** Characters that fit under a tile. */
const LONGEST = 30;

export interface NumberedWork extends GalleryWork {
  readonly number: number;
}

/** Works side by side, each with its number, title, author and hearts. What is hidden is only hinted at. */
export async function gallerySheet(
  works: readonly NumberedWork[],
  thumbnails: Pick<Thumbnails, "get">,
): Promise<Picture> {
  const columns = Math.min(COLUMNS, works.length);
  const rows = Math.ceil(works.length / COLUMNS);
  const [width, height] = [GAP + columns * (TILE + GAP), GAP + rows * (TILE + LABEL + GAP)];
  const at = (index: number) => ({
    left: GAP + (index % COLUMNS) * (TILE + GAP),
    top: GAP + Math.floor(index / COLUMNS) * (TILE + LABEL + GAP),
  });
  const tiles = await Promise.all(
    works.map(async (work, index): Promise<OverlayOptions[]> => {
      const bytes = await thumbnails.get(work.job, TILE * 2);
      return bytes ? [{ input: await tile(bytes, work.spoiler), ...at(index) }] : [];
    }),
  );
  const words = works.map((work, index) => label(work, at(index)));
  const text = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="DejaVu Sans, sans-serif">${words.join("")}</svg>`;
  const bytes = await sharp({ create: { width, height, channels: 3, background: PAPER } })
    .composite([...tiles.flat(), { input: Buffer.from(text), left: 0, top: 0 }])
    .jpeg({ quality: 86, mozjpeg: true })
    .toBuffer();
  const described = works.map(
    ({ number, title, author, spoiler }) => `${number}. ${title} by ${author.name}${spoiler ? ", hidden" : ""}`,
  );
  return { bytes: new Uint8Array(bytes), name: "gallery.jpg", type: "image/jpeg", description: described.join("; ") };
}

async function tile(bytes: Uint8Array, hidden: boolean): Promise<Buffer> {
  const small = sharp(bytes).resize(hidden ? HIDDEN_SIDE : TILE, hidden ? HIDDEN_SIDE : TILE, {
    fit: "cover",
    position: "attention",
  });
  if (!hidden) return small.png().toBuffer();
  return sharp(await small.png().toBuffer())
    .resize(TILE, TILE, { kernel: "cubic" })
    .png()
    .toBuffer();
}

function label(
  { number, title, author, hearts, film, spoiler }: NumberedWork,
  { left, top }: { left: number; top: number },
): string {
  const badge = 22 + 10 * String(number).length;
  const mark = film ? play(left + TILE - 40, top + 10) : "";
  const veil = spoiler
    ? `<text x="${left + TILE / 2}" y="${top + TILE / 2 + 6}" font-size="18" text-anchor="middle" fill="#fff">hidden</text>`
    : "";
  const line = top + TILE + 22;
  return [
    `<rect x="${left + 10}" y="${top + 10}" width="${badge}" height="30" rx="15" fill="#17151c" fill-opacity="0.78"/>`,
    `<text x="${left + 10 + badge / 2}" y="${top + 31}" font-size="17" font-weight="bold" text-anchor="middle" fill="#fff">${number}</text>`,
    mark,
    veil,
    `<text x="${left}" y="${line}" font-size="16" font-weight="bold" fill="#f2eee6">${escaped(shortened(title, LONGEST - 2))}</text>`,
    `<text x="${left}" y="${line + 22}" font-size="15" fill="#b9b3c4">${escaped(shortened(author.name, LONGEST - 6))}</text>`,
    hearts > 0 ? heart(left + TILE, line + 22, hearts) : "",
  ].join("");
}

/** Drawn, since the machine may have no font with hearts. */
function heart(right: number, baseline: number, hearts: number): string {
  const digits = String(hearts);
  const x = right - 9.5 * digits.length - 22;
  const path = "M8 14.5 L1.6 8 A4 4 0 0 1 8 2.6 A4 4 0 0 1 14.4 8 Z";
  return `<g transform="translate(${x} ${baseline - 14})"><path d="${path}" fill="#ff6b81"/></g><text x="${right}" y="${baseline}" font-size="15" text-anchor="end" fill="#f2eee6">${digits}</text>`;
}

function play(x: number, y: number): string {
  return `<circle cx="${x + 15}" cy="${y + 15}" r="15" fill="#17151c" fill-opacity="0.78"/><path d="M${x + 11} ${y + 8} l11 7 l-11 7 z" fill="#fff"/>`;
}

function shortened(text: string, longest: number): string {
  const characters = graphemesOf(text);
  return characters.length <= longest ? text : `${characters.slice(0, longest - 1).join("")}…`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
