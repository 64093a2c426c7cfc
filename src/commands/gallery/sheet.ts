/** A page of the gallery as one image. */

import type { GalleryWork } from "../../port/gallery.js";
import type { Picture } from "../../port/messages.js";
import { sharp } from "../../shared/native.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { graphemesOf } from "../../shared/text.js";
import { svgText, tileSheet } from "../presenting/tile-sheet.js";
import type { Thumbnails } from "./thumbnails.js";

const LAYOUT = { tile: 300, label: 54, gap: 16, columns: 3 };
const { tile: TILE } = LAYOUT;
const PAPER = "#17151c";
const INK = "#f2eee6";
/** A work that its author has hidden is shown in so many pixels. */
const HIDDEN_SIDE = 6;
/** Characters that fit under a tile. */
const MAX_LENGTH = 30;

export interface NumberedWork extends GalleryWork {
  readonly number: number;
}

/** Works side by side, each with its number, title, author and favourites. Spoilers are only hinted at. */
export async function gallerySheet(
  works: readonly NumberedWork[],
  thumbnails: Pick<Thumbnails, "get">,
  columns = LAYOUT.columns,
): Promise<Picture> {
  const tiles = works.map(async (work) => {
    const bytes = await thumbnails.get(work.job, TILE * 2);
    const image = bytes && (await tileImage(bytes, work.spoiler));
    return { image, draw: (left: number, top: number) => drawn(work, left, top) };
  });
  const bytes = await tileSheet(await Promise.all(tiles), { ...LAYOUT, columns });
  const described = works.map(({ number, title, author, spoiler }) => {
    const work = sentence("work.by", { title, author: author.name });
    return `${number}. ${work}${spoiler ? `, ${sentence("gallery.spoiler")}` : ""}`;
  });
  // Who works on the sheet works on these.
  const name = ["gallery", ...works.map(({ job }) => job), "jpg"].join(".");
  return { bytes, name, type: "image/jpeg", description: described.join("; ") };
}

async function tileImage(bytes: Uint8Array, hidden: boolean): Promise<Buffer> {
  const side = hidden ? HIDDEN_SIDE : TILE;
  const small = await sharp(bytes).resize(side, side, { fit: "cover", position: "attention" }).png().toBuffer();
  return hidden ? sharp(small).resize(TILE, TILE, { kernel: "cubic" }).png().toBuffer() : small;
}

function drawn(work: NumberedWork, left: number, top: number): string {
  const { number, title, author, hearts, film, spoiler } = work;
  const badge = 22 + 10 * String(number).length;
  const line = top + TILE + 22;
  const white = `text-anchor="middle" fill="#fff"`;
  return [
    `<rect x="${left + 10}" y="${top + 10}" width="${badge}" height="30" rx="15" fill="${PAPER}" fill-opacity="0.78"/>`,
    svgText(`x="${left + 10 + badge / 2}" y="${top + 31}" font-size="17" font-weight="bold" ${white}`, number),
    film ? playMark(left + TILE - 40, top + 10) : "",
    spoiler
      ? svgText(`x="${left + TILE / 2}" y="${top + TILE / 2 + 6}" font-size="18" ${white}`, sentence("gallery.spoiler"))
      : "",
    svgText(
      `x="${left}" y="${line}" font-size="16" font-weight="bold" fill="${INK}"`,
      shortened(title, MAX_LENGTH - 2),
    ),
    svgText(`x="${left}" y="${line + 22}" font-size="15" fill="#b9b3c4"`, shortened(author.name, MAX_LENGTH - 6)),
    hearts > 0 ? heart(left + TILE, line + 22, hearts) : "",
  ].join("");
}

/** Drawn, since the machine may have no font with hearts. */
function heart(right: number, baseline: number, favourites: number): string {
  const x = right - 9.5 * String(favourites).length - 22;
  const path = `<path d="M8 14.5 L1.6 8 A4 4 0 0 1 8 2.6 A4 4 0 0 1 14.4 8 Z" fill="#ff6b81"/>`;
  const count = svgText(`x="${right}" y="${baseline}" font-size="15" text-anchor="end" fill="${INK}"`, favourites);
  return `<g transform="translate(${x} ${baseline - 14})">${path}</g>${count}`;
}

function playMark(x: number, y: number): string {
  const disc = `<circle cx="${x + 15}" cy="${y + 15}" r="15" fill="${PAPER}" fill-opacity="0.78"/>`;
  return `${disc}<path d="M${x + 11} ${y + 8} l11 7 l-11 7 z" fill="#fff"/>`;
}

function shortened(text: string, most: number): string {
  const characters = graphemesOf(text);
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}
