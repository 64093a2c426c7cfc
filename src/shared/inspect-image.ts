/**
 * What an encoded image is, found out without decoding it. Images from outside are hostile until they have been here.
 */

import { fileTypeFromBuffer } from "file-type";
import { sharp } from "./native.js";
import { sentence } from "./sentences/sentence.js";
import { type Said, SentenceError } from "./sentences/sentence-error.js";

/** The most pixels that are decoded: 50 megapixels, more than a phone's photo has and far less than memory holds. */
export const MAX_INPUT_PIXELS = 50_000_000;

/** An image cannot be used; the message says why and what would do. */
export class PictureError<S extends Said = Said> extends SentenceError<S> {
  override readonly name = "PictureError";
}

export interface PictureFacts {
  /** Pixels as shown, after turning the image as its EXIF orientation says; of the first frame or page. */
  readonly width: number;
  readonly height: number;
  /** As sharp names it. */
  readonly format: string;
  /** For instance "image/jpeg". */
  readonly type: string;
  /** Of a file's name, without the dot. */
  readonly extension: string;
}

interface Format {
  readonly label: string;
  readonly extension: string;
  readonly type: string;
  /** What the first bytes may look like. */
  readonly looksLike: readonly string[];
}

/**
 * File formats that are taken, by sharp's name. AVIF is HEIF with AV1; some files have HEIF's mark, see {@link isAvif}.
 */
const FORMATS = new Map<string, Format>([
  ["jpeg", { label: "JPEG", extension: "jpg", type: "image/jpeg", looksLike: ["image/jpeg"] }],
  ["png", { label: "PNG", extension: "png", type: "image/png", looksLike: ["image/png", "image/apng"] }],
  ["webp", { label: "WebP", extension: "webp", type: "image/webp", looksLike: ["image/webp"] }],
  ["gif", { label: "GIF", extension: "gif", type: "image/gif", looksLike: ["image/gif"] }],
  [
    "heif",
    {
      label: "AVIF",
      extension: "avif",
      type: "image/avif",
      looksLike: ["image/avif", "image/heif", "image/heif-sequence"],
    },
  ],
  ["tiff", { label: "TIFF", extension: "tiff", type: "image/tiff", looksLike: ["image/tiff"] }],
]);
const LOOKS = new Set([...FORMATS.values()].flatMap((format) => format.looksLike));

/**
 * What an encoded image says about itself, after checking by its content that its format is taken, and that it is not
 * too large.
 *
 * @param name what the image is called in messages
 * @throws PictureError
 */
export async function inspectPicture(
  bytes: Uint8Array,
  name = sentence("image.unnamed"),
  maxPixels = MAX_INPUT_PIXELS,
): Promise<PictureFacts> {
  if (bytes.byteLength === 0) throw new PictureError("image.empty", { name });
  // First by its mark, so that no other format reaches a decoder: SVG can name other files, PDF is a program.
  const mark = await fileTypeFromBuffer(bytes).catch(() => undefined);
  if (!mark) throw new PictureError("image.unreadable", { name });
  if (!LOOKS.has(mark.mime) || (mark.mime.startsWith("image/heif") && !isAvif(bytes))) {
    throw new PictureError("image.format", { name, format: mark.ext });
  }
  // This reads the header and decodes nothing, so the limit is checked below, where it is known for which reason.
  const image = sharp(bytes, { limitInputPixels: false, failOn: "error" });
  const metadata = await image.metadata().catch((cause: unknown) => {
    throw new PictureError("image.unreadable", { name }, { cause });
  });
  const format = FORMATS.get(metadata.format);
  if (!format?.looksLike.includes(mark.mime)) {
    throw new PictureError("image.pretends", { name, format: mark.ext });
  }
  const { width, height } = metadata.autoOrient;
  if (width * height > maxPixels) throw new PictureError("image.megapixels", { name, most: maxPixels / 1e6 });
  return { width, height, format: metadata.format, type: format.type, extension: format.extension };
}

/**
 * Whether AVIF is among the brands that a HEIF file's first box lists: phones write HEIF with a codec that is not free.
 */
function isAvif(bytes: Uint8Array): boolean {
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
  return /^(?:.{4})*avif/s.test(Buffer.from(bytes.subarray(8, Math.min(length, 256))).toString("latin1"));
}
