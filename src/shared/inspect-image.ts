/**
 * What an encoded image is, found out without decoding it. Images from outside are hostile until they have been here.
 */

import { fileTypeFromBuffer } from "file-type";
import { FilmFileError, type FilmTrouble, filmFacts, MOST_FILM_SECONDS, MOST_FRAME_PIXELS } from "./films/film-file.js";
import { FILM_KINDS, type FilmKind, filmKind } from "./films/kind.js";
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
  /** As sharp names it; of a film its container. */
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
  /** The share of the most pixels that is taken: what they cost to decode differs. */
  readonly share?: number;
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
      // A megapixel takes 20 MB and a fifth of a second: ten times a JPEG's.
      share: 0.5,
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
  const film = filmKind(bytes);
  if (film) return inspectFilm(bytes, film, name);
  // First by its mark, so that no other format reaches a decoder: SVG can name other files, PDF is a program.
  const mark = await fileTypeFromBuffer(bytes).catch(() => undefined);
  if (!mark) throw new PictureError("image.unreadable", { name });
  if (/^image\/hei[cf]/.test(mark.mime) && !isAvif(bytes)) throw new PictureError("image.heic", { name });
  if (!LOOKS.has(mark.mime)) {
    throw new PictureError("image.format", { name, format: mark.ext });
  }
  // This reads the header and decodes nothing, so the limit is checked below, where it is known for which reason.
  const image = sharp(labAsRgb(bytes) ?? bytes, { limitInputPixels: false, failOn: "error" });
  const metadata = await image.metadata().catch((cause: unknown) => {
    throw new PictureError("image.unreadable", { name }, { cause });
  });
  const format = FORMATS.get(metadata.format);
  if (!format?.looksLike.includes(mark.mime)) {
    throw new PictureError("image.pretends", { name, format: mark.ext });
  }
  const { width, height } = metadata.autoOrient;
  const most = maxPixels * (format.share ?? 1);
  if (width * height > most) throw new PictureError("image.megapixels", { name, most: most / 1e6 });
  return { width, height, format: metadata.format, type: format.type, extension: format.extension };
}

async function inspectFilm(bytes: Uint8Array, kind: FilmKind, name: string): Promise<PictureFacts> {
  const { width, height, seconds } = await saysOfFilm(filmFacts(bytes), name);
  if (seconds > MOST_FILM_SECONDS) throw filmError("too-long", name);
  return { width, height, format: kind, ...FILM_KINDS[kind] };
}

/** What cannot be done with a film, as a sentence. @throws PictureError */
export async function saysOfFilm<T>(work: Promise<T>, name = sentence("image.unnamed")): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof FilmFileError) throw filmError(error.trouble, name, error);
    throw error;
  }
}

function filmError(trouble: FilmTrouble, name: string, cause?: Error): PictureError {
  const options = cause && { cause };
  switch (trouble) {
    case "no-tools":
      return new PictureError("film.not-taken", { name }, options);
    case "too-long":
      return new PictureError("film.minutes", { name, most: MOST_FILM_SECONDS / 60 }, options);
    case "too-large":
      return new PictureError("image.megapixels", { name, most: MOST_FRAME_PIXELS / 1e6 }, options);
    case "codec":
      return new PictureError("film.codec", { name }, options);
    default:
      return new PictureError("film.unreadable", { name }, options);
  }
}

/** The share of a JPEG that was cut off which must be there. */
export const LEAST_SHARE = 0.1;
/** What libjpeg fills missing blocks with: no luminance above or below the middle, no colour. */
export const FILLED = 128;

/** The side that a decoded image is looked at with, in pixels. */
const GLANCE = 32;

/**
 * Decodes an image that {@link inspectPicture} has let through, small: its header says nothing of what follows it. A
 * JPEG that was cut off is let through as long as enough of it can be seen.
 *
 * @throws PictureError "image.damaged"
 */
export async function checkDecodes(bytes: Uint8Array, { format }: Pick<PictureFacts, "format">): Promise<void> {
  const glance = (failOn: "none" | "error") =>
    sharp(labAsRgb(bytes) ?? bytes, { limitInputPixels: MAX_INPUT_PIXELS, failOn })
      .timeout({ seconds: 30 })
      .resize(GLANCE, GLANCE, { fit: "fill" })
      .raw()
      .toBuffer();
  try {
    await glance("error");
  } catch (cause) {
    const seen = format === "jpeg" ? await glance("none").catch(() => []) : [];
    const shown = seen.filter((value) => Math.abs(value - FILLED) > 1);
    if (shown.length <= LEAST_SHARE * seen.length) throw new PictureError("image.damaged", {}, { cause });
  }
}

/**
 * Whether AVIF is among the brands that a HEIF file's first box lists: phones write HEIF with a codec that is not free.
 */
function isAvif(bytes: Uint8Array): boolean {
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
  return /^(?:.{4})*avif/s.test(Buffer.from(bytes.subarray(8, Math.min(length, 256))).toString("latin1"));
}

/** Tags of a TIFF, and the numbers of its photometric interpretation. */
const [PHOTOMETRIC, SAMPLES, RGB, CIELAB] = [262, 277, 2, 8] as const;

/**
 * A copy of a TIFF of CIE L*a*b* that says it were RGB: L of 0..255, a and b as bytes with a sign. libvips takes its
 * header for another format's. Undefined for all else.
 */
export function labAsRgb(bytes: Uint8Array): Uint8Array | undefined {
  const little = bytes[0] === 0x49 && bytes[1] === 0x49 && bytes[2] === 42;
  const big = bytes[0] === 0x4d && bytes[1] === 0x4d && bytes[3] === 42;
  if (!(little || big) || bytes.byteLength < 8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const directory = view.getUint32(4, little);
  if (directory + 2 > bytes.byteLength) return undefined;
  const count = Math.min(view.getUint16(directory, little), Math.floor((bytes.byteLength - directory - 2) / 12));
  const entries = Array.from({ length: count }, (_, i) => directory + 2 + 12 * i);
  const valueAt = (tag: number): number | undefined => {
    const entry = entries.find((at) => view.getUint16(at, little) === tag);
    return entry === undefined ? undefined : entry + 8;
  };
  const [photometric, samples] = [valueAt(PHOTOMETRIC), valueAt(SAMPLES)];
  if (photometric === undefined || samples === undefined) return undefined;
  if (view.getUint16(photometric, little) !== CIELAB || view.getUint16(samples, little) !== 3) return undefined;
  const copy = Uint8Array.from(bytes);
  new DataView(copy.buffer).setUint16(photometric, RGB, little);
  return copy;
}
