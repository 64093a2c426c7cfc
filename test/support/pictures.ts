import { readFileSync } from "node:fs";
import sharp from "sharp";

/** The photo that the project comes with. */
export const samplePath = new URL("../../config/sample.jpg", import.meta.url);
export const sample = (): Buffer => readFileSync(samplePath);

/** An encoded picture in which something goes on: two slopes of colour and a disc. */
export async function drawn(width: number, height: number, format: "jpeg" | "png" | "webp" | "gif" | "avif" | "tiff" = "png") {
  const data = Buffer.alloc(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inside = Math.hypot(x - width / 2, y - height / 2) < Math.min(width, height) / 4;
      data.set([inside ? 220 : (255 * x) / width, inside ? 40 : (255 * y) / height, 90], 3 * (y * width + x));
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } })
    .toFormat(format)
    .toBuffer();
}
