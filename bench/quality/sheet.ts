/** Pictures side by side in rows. */
import sharp from "sharp";

/** Pictures' files. */
export type Row = Uint8Array[];

const [WIDTH, HEIGHT, GAP] = [192, 144, 4] as const;

/** A JPEG in which each picture is shrunk into a box of 192 x 144 pixels. */
export async function sheetOf(rows: readonly Row[]): Promise<Buffer> {
  const columns = Math.max(...rows.map((row) => row.length));
  const tiles = await Promise.all(
    rows.flatMap((row, y) =>
      row.map(async (picture, x) => ({
        input: await sharp(picture).resize(WIDTH, HEIGHT, { fit: "inside" }).png().toBuffer(),
        left: x * (WIDTH + GAP),
        top: y * (HEIGHT + GAP),
      })),
    ),
  );
  const [width, height] = [columns * (WIDTH + GAP) - GAP, rows.length * (HEIGHT + GAP) - GAP];
  return sharp({ create: { width, height, channels: 3, background: "#fff" } })
    .composite(tiles)
    .jpeg({ quality: 80 })
    .toBuffer();
}
