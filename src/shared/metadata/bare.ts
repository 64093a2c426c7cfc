import { bareAvif } from "./avif.js";
import { bareGif } from "./gif.js";
import { bareJpeg } from "./jpeg.js";
import { barePng } from "./png.js";
import { bareTiff } from "./tiff.js";
import { bareWebp } from "./webp.js";

/** By sharp's names of formats. */
const FORMATS: Readonly<Record<string, (file: Buffer, orientation: number) => Buffer>> = {
  jpeg: bareJpeg,
  png: barePng,
  webp: bareWebp,
  gif: bareGif,
  heif: bareAvif,
  tiff: bareTiff,
};

/**
 * An image file without what cameras and programs write beside the picture: place, owner, serial number, texts,
 * thumbnails, appended files. The picture is not decoded, so nothing of it is lost; colours and orientation stay.
 *
 * @param orientation as EXIF counts, 1..8; TIFF and AVIF say it elsewhere and keep it
 * @throws Error where the file is not built as its format says
 */
export function bareImage(bytes: Uint8Array, format: string, orientation: number): Uint8Array {
  const bare = FORMATS[format];
  if (!bare) throw new Error(`no format is called ${format}`);
  return new Uint8Array(bare(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), orientation));
}
