/** Encoded images in and out, through sharp. Every image from outside is hostile until it has been through `decode`. */
import { inspectPicture, MAX_INPUT_PIXELS, PictureError } from "../../shared/inspect-image.js";
import { sharp } from "../../shared/native.js";
import { CHANNELS, fitInside, type Raster } from "./raster.js";

/**
 * Decodes an image: first frame, upright (EXIF), sRGB, transparency over white.
 * @param side the longer side of the result in pixels; left out, the image's own size
 * @throws PictureError when it is not an image, of a format not taken, damaged, or too large
 */
export async function decode(bytes: Uint8Array, side?: number): Promise<Raster> {
  const { width, height } = await inspectPicture(bytes);
  const target = side === undefined ? { width, height } : fitInside(width, height, side);
  const { data, info } = await sharp(bytes, { limitInputPixels: MAX_INPUT_PIXELS, failOn: "error" })
    .autoOrient()
    .resize({ ...target, fit: "fill", kernel: "lanczos3" })
    .flatten({ background: "#ffffff" })
    .toColourspace("srgb")
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((cause: unknown) => {
      throw new PictureError("image.damaged", {}, { cause });
    });
  return fromInterleaved(data, info.width, info.height, info.channels);
}

/** The way back from {@link toInterleaved}. */
export function fromInterleaved(bytes: Uint8Array, width: number, height: number, channels: number = CHANNELS): Raster {
  const pixels = width * height;
  const data = new Float32Array(CHANNELS * pixels);
  for (let c = 0; c < CHANNELS; c++) {
    const from = Math.min(c, channels - 1);
    for (let i = 0; i < pixels; i++) data[c * pixels + i] = bytes[i * channels + from] ?? 0;
  }
  return { width, height, data };
}

/** The raster as interleaved RGB bytes, rounded and limited to 0..255. */
export function toInterleaved({ width, height, data }: Raster): Buffer {
  const pixels = width * height;
  const out = Buffer.allocUnsafe(CHANNELS * pixels);
  for (let c = 0; c < CHANNELS; c++) {
    for (let i = 0; i < pixels; i++) {
      const v = data[c * pixels + i] ?? 0;
      out[i * CHANNELS + c] = v <= 0 ? 0 : v >= 255 ? 255 : Math.round(v);
    }
  }
  return out;
}

type PictureFormat = "png" | "jpeg" | "webp";

/** Encodes a raster. PNG is lossless and quick (level 4); JPEG and WebP are for previews. */
export async function encode(raster: Raster, format: PictureFormat = "png"): Promise<Uint8Array> {
  const image = sharp(toInterleaved(raster), {
    raw: { width: raster.width, height: raster.height, channels: CHANNELS },
  });
  if (format === "png") return image.png({ compressionLevel: 4 }).toBuffer();
  return (format === "jpeg" ? image.jpeg({ quality: 85 }) : image.webp({ quality: 85 })).toBuffer();
}
