/** Contact sheets: rows of small images with their names. */

import { textWidth, write } from "./lettering.js";
import { emptyRaster, type Raster } from "./raster.js";
import { pasteRaster } from "./resample.js";

/** The book's background. */
const GREY = 180;
const INK = 30;
const GAP = 4;
const MARGIN = 8;
/** Height of capitals, and of the lines they stand in, in pixels. */
const TITLE = { size: 11, line: 24 };
const LABEL = { size: 8, line: 16 };

export interface SheetRow {
  readonly title: string;
  readonly tiles: readonly { readonly image: Raster; readonly label: string }[];
}

export interface SheetLayout {
  readonly rows: number;
  readonly columns: number;
  /** Side of a tile in pixels. */
  readonly side: number;
  /** The longest title there will be: a narrow sheet is widened for it. */
  readonly title: string;
}

/** Where the tile of a row and column has its left upper corner, and the whole sheet's size, in pixels. */
export function sheetPlaces({ rows, columns, side, title }: SheetLayout) {
  const rowHeight = TITLE.line + side + LABEL.line;
  return {
    width: 2 * MARGIN + Math.ceil(Math.max(columns * side + (columns - 1) * GAP, textWidth(title, TITLE.size))),
    height: 2 * MARGIN + rows * rowHeight,
    tile: (row: number, column: number) => ({
      x: MARGIN + column * (side + GAP),
      y: MARGIN + row * rowHeight + TITLE.line,
    }),
  };
}

/** Whether a label is no wider than a tile. */
export function labelFits(label: string, { side }: Pick<SheetLayout, "side">): boolean {
  return textWidth(label, LABEL.size) <= side;
}

/** Draws rows of tiles, each with a title above it and labels below; rows that are not there yet stay empty. */
export function contactSheet(rows: readonly SheetRow[], layout: SheetLayout): Raster {
  const { width, height, tile } = sheetPlaces(layout);
  const sheet = emptyRaster(width, height);
  sheet.data.fill(GREY);
  for (const [r, { title, tiles }] of rows.entries()) {
    write(sheet, title, { x: MARGIN, y: tile(r, 0).y - TITLE.line + 5, size: TITLE.size, grey: INK });
    for (const [c, { image, label }] of tiles.entries()) {
      const { x, y } = tile(r, c);
      pasteRaster(sheet, image, x, y);
      const left = x + (layout.side - textWidth(label, LABEL.size)) / 2;
      write(sheet, label, { x: left, y: y + layout.side + 4, size: LABEL.size, grey: INK });
    }
  }
  return sheet;
}
