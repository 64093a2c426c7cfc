import { describe, expect, it } from "vitest";
import { contactSheet, sheetPlaces } from "../../../src/engine/images/contact-sheet.js";
import { textWidth, write } from "../../../src/engine/images/lettering.js";
import { emptyRaster, type Raster } from "../../../src/engine/images/raster.js";

function plain(side: number, value: number): Raster {
  const raster = emptyRaster(side, side);
  raster.data.fill(value);
  return raster;
}

/** Pixels of a place that are darker than the sheet. */
function ink(sheet: Raster, x0: number, y0: number, x1: number, y1: number): string {
  let seen = "";
  for (let y = y0; y < y1; y++)
    for (let x = x0; x < x1; x++) seen += (sheet.data[y * sheet.width + x] ?? 0) < 120 ? "#" : ".";
  return seen;
}

describe("lettering", () => {
  const drawn = (text: string): string => {
    const page = plain(40, 180);
    write(page, text, { x: 4, y: 6, size: 12, grey: 0 });
    return ink(page, 0, 0, 40, 40);
  };

  it("draws every letter, digit and sign of layer names, each its own way", () => {
    const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNPQRSTUVWXYZ0123456789_/-+.,:#()";
    const looks = [...letters].map(drawn);
    for (const look of looks) expect(look).toContain("#");
    expect(new Set(looks).size).toBe(letters.length);
    expect(drawn(" ")).not.toContain("#");
  });

  it("shows something for letters it does not know", () => {
    expect(drawn("é")).toBe(drawn("ß"));
    expect(drawn("é")).toContain("#");
  });

  it("knows how wide a text is, and writes no further", () => {
    const page = plain(80, 180);
    write(page, "block5", { x: 5, y: 10, size: 9, grey: 0 });
    const end = Math.ceil(5 + textWidth("block5", 9));
    expect(ink(page, end - 4, 0, end, 80)).toContain("#");
    expect(ink(page, end + 2, 0, 80, 80)).not.toContain("#");
  });

  it("leaves out what lies outside", () => {
    const page = plain(10, 180);
    expect(() => write(page, "WWWW", { x: -8, y: 5, size: 20, grey: 0 })).not.toThrow();
  });
});

describe("contact sheet", () => {
  const layout = { rows: 2, columns: 3, side: 32, title: "block2_conv1" };

  it("puts tiles in rows and columns, titles above and labels below", () => {
    const rows = [
      { title: "block1_conv1", tiles: [10, 20, 30].map((v) => ({ image: plain(32, v), label: String(v) })) },
      { title: "block2_conv1", tiles: [{ image: plain(32, 40), label: "7" }] },
    ];
    const sheet = contactSheet(rows, layout);
    const { width, height, tile } = sheetPlaces(layout);
    expect([sheet.width, sheet.height]).toEqual([width, height]);
    for (const [r, row] of rows.entries()) {
      for (const [c, { image }] of row.tiles.entries()) {
        const { x, y } = tile(r, c);
        for (const [dx, dy] of [
          [0, 0],
          [31, 31],
        ] as const) {
          expect(sheet.data[(y + dy) * width + x + dx]).toBe(image.data[0]);
        }
        expect(sheet.data[y * width + x - 1]).toBe(180);
        expect(ink(sheet, x, y + 34, x + 32, y + 46)).toContain("#");
      }
      expect(ink(sheet, 8, tile(r, 0).y - 22, 60, tile(r, 0).y - 2)).toContain("#");
    }
    // Nothing in the second row's empty places.
    expect(ink(sheet, tile(1, 1).x, tile(1, 1).y, width, height)).not.toContain("#");
  });

  it("is wide enough for its longest title", () => {
    expect(sheetPlaces({ ...layout, columns: 1, title: "inception_4c/output_1" }).width).toBeGreaterThan(
      textWidth("inception_4c/output_1", 11),
    );
  });
});
