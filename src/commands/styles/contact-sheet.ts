import type { Picture, PictureTile } from "../../port/messages.js";
import { MAX_INPUT_PIXELS } from "../../shared/inspect-image.js";
import { sharp } from "../../shared/native.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { placesOn, svgText, tileSheet } from "../presenting/tile-sheet.js";
import type { Style } from "./style-library.js";

const LAYOUT = { tile: 150, label: 24, gap: 8, columns: 5 };

/** Styles side by side with their names, for people to choose from. */
export async function contactSheet(styles: readonly Style[]): Promise<Picture> {
  const { tile } = LAYOUT;
  const tiles = styles.map(async (style) => ({
    image: await sharp(await style.picture(), { limitInputPixels: MAX_INPUT_PIXELS })
      .resize(tile, tile, { fit: "cover" })
      .png()
      .toBuffer(),
    draw: (left: number, top: number) =>
      svgText(
        `x="${left + tile / 2}" y="${top + tile + 17}" font-size="15" text-anchor="middle" fill="#f2eee6"`,
        style.name,
      ),
  }));
  const bytes = await tileSheet(await Promise.all(tiles), LAYOUT);
  const names = styles.map(({ name }) => name).join(", ");
  return { bytes, name: "styles.jpg", type: "image/jpeg", description: sentence("styles.choose", { names }) };
}

/** The same, where a style's reaction chooses it: its tile, with its name, stands for that. */
export async function choiceSheet(styles: readonly Style[]): Promise<Picture> {
  return { ...(await contactSheet(styles)), tiles: tilesOf(styles) };
}

function tilesOf(styles: readonly Pick<Style, "name" | "emoji">[]): PictureTile[] {
  const { tile, label } = LAYOUT;
  const { width, height, places } = placesOn(LAYOUT, styles.length);
  const size = { width: tile / width, height: (tile + label) / height };
  return places.flatMap(({ left, top }, index) => {
    const style = styles[index];
    return style ? [{ emoji: style.emoji, label: style.name, left: left / width, top: top / height, ...size }] : [];
  });
}
