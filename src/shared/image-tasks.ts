/** What is done with strangers' image files outside the engine. Every function here decodes, or may be made to. */
import { isDeepStrictEqual } from "node:util";
import type { FormatEnum, Sharp } from "sharp";
import { bareFilm } from "./films/film-file.js";
import { stillOf } from "./films/film-still.js";
import { filmKind } from "./films/kind.js";
import {
  checkDecodes,
  inspectPicture,
  labAsRgb,
  PictureError,
  type PictureFacts,
  saysOfFilm,
} from "./inspect-image.js";
import { bareImage } from "./metadata/bare.js";
import { type Mark, printMark } from "./metadata/mark.js";
import { readMark, withMark } from "./metadata/with-mark.js";
import { type MovingFacts, movingFacts } from "./moving.js";
import { sharp } from "./native.js";
import { type SquareBounds, type SquareCut, squareCuts } from "./square-cut.js";

/** Limits that an installation sets. */
interface TaskLimits {
  /** Of one image or frame. */
  readonly maxPixels: number;
  /** What the image is called in messages. */
  readonly name: string;
}

interface InspectOptions extends TaskLimits {
  /** Look behind the header too. */
  readonly decoding?: boolean;
}

/** A still, at most so many pixels a side. */
interface StillOptions extends TaskLimits {
  readonly side: number;
  readonly format: "webp" | "jpeg";
  readonly quality: number;
}

interface AdmitOptions extends InspectOptions {
  /** The program's own mark stays in the file, written again from what was read of it. */
  readonly keepsMark?: boolean;
}

interface SmallerOptions extends TaskLimits {
  readonly maxBytes: number;
}

/** A stranger's file that is taken. */
interface AdmittedImage extends PictureFacts {
  /** Without what a camera or a program wrote of place, owner and device. */
  readonly bytes: Uint8Array;
  /** What it says of its making, where it says that this program made it: a stranger's word. */
  readonly mark?: Mark;
}

interface SquareOptions extends TaskLimits {
  readonly squares: readonly SquareBounds[];
}

interface EncodedImage {
  readonly bytes: Uint8Array;
  readonly type: string;
  /** Without the dot. */
  readonly extension: string;
  /** Of a still that was made smaller: its sides before and now, in pixels. */
  readonly reduced?: { readonly from: Size; readonly to: Size };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The tasks by name: from a file's bytes and options to facts or to another file's bytes. */
export const IMAGE_TASKS = {
  /** @throws PictureError for what is no image that is taken */
  async inspect(bytes: Uint8Array, { name, maxPixels, decoding = false }: InspectOptions): Promise<PictureFacts> {
    const facts = await inspectPicture(bytes, name, maxPixels);
    if (decoding) await looksBehind(bytes, facts, name);
    return facts;
  },

  /**
   * A stranger's file, checked, and without what is not the picture: every door by which one comes in.
   * @throws PictureError for what is no image that is taken
   */
  async admit(
    bytes: Uint8Array,
    { decoding = false, keepsMark = false, ...limits }: AdmitOptions,
  ): Promise<AdmittedImage> {
    const facts = await inspectPicture(bytes, limits.name, limits.maxPixels);
    if (filmKind(bytes)) return admitFilm(bytes, { name: limits.name, keepsMark });
    const mark = await markIn(bytes);
    const bare = await anonymous(bytes, facts, limits);
    if (decoding) await checkDecodes(bare, facts);
    if (!mark) return { ...facts, bytes: bare };
    return { ...facts, bytes: keepsMark ? withMark(bare, facts.type, mark) : bare, mark };
  },

  /** What a file says of its frames; undefined for a still. @throws PictureError */
  moving(bytes: Uint8Array, limits: TaskLimits): Promise<MovingFacts | undefined> {
    return read(saysOfFilm(movingFacts(bytes), limits.name), limits);
  },

  /** A smaller copy that every browser shows: of an animation its first frame. */
  async still(bytes: Uint8Array, { side, format, quality, ...limits }: StillOptions): Promise<Uint8Array> {
    const small = opened(await stillOf(bytes, limits.name), limits)
      .autoOrient()
      .resize({ width: side, height: side, fit: "inside", withoutEnlargement: true });
    const file = format === "webp" ? small.webp({ quality }) : small.flatten({ background: "#fff" }).jpeg({ quality });
    return decoded(file, limits);
  },

  /**
   * A film within a limit of bytes: smaller, of fewer frames and less quality; where that cannot be, and of a still, a
   * JPEG (a WebP where something is transparent) of less quality or fewer pixels. The last try is returned even where
   * it is too large. It says of its making what the larger one did.
   */
  async smaller(bytes: Uint8Array, { maxBytes, ...limits }: SmallerOptions): Promise<EncodedImage> {
    const mark = await markIn(bytes);
    const picture = await stillOf(bytes, limits.name);
    if (!mark) return smallerImage(picture, { maxBytes, ...limits });
    const small = await smallerImage(picture, { maxBytes: maxBytes - markBytes(mark), ...limits });
    return { ...small, bytes: withMark(small.bytes, small.type, mark) };
  },

  /** The picture cut square, once for each of these bounds. @throws PictureError */
  async square(bytes: Uint8Array, { squares, maxPixels, ...limits }: SquareOptions): Promise<SquareCut[]> {
    const cuts = squareCuts(bytes, squares, { maxPixels, seconds: SECONDS });
    return read(saysOfFilm(cuts, limits.name), { maxPixels, ...limits });
  },
};

export type ImageTasks = typeof IMAGE_TASKS;
export type ImageTask = keyof ImageTasks;

/** Bytes that are left free for a mark, with what its format puts around it. */
const markBytes = (mark: Mark): number => Buffer.byteLength(printMark(mark)) + 500;

/** Reads the header alone. */
async function markIn(bytes: Uint8Array): Promise<Mark | undefined> {
  const header = sharp(labAsRgb(bytes) ?? bytes, { limitInputPixels: false }).metadata();
  const { xmp } = await header.catch(() => ({ xmp: undefined }));
  return readMark(bytes, xmp);
}

async function smallerImage(bytes: Uint8Array, { maxBytes, ...limits }: SmallerOptions): Promise<EncodedImage> {
  const { autoOrient, hasAlpha, pages = 1, format } = await read(opened(bytes, limits).metadata(), limits);
  const film = pages > 1 && (format === "gif" || format === "webp") ? await smallerFilm(bytes, maxBytes) : undefined;
  if (film) return { bytes: film, type: `image/${format}`, extension: format };
  const least = Math.max(maxBytes, SMALLEST_BYTES);
  let smaller = bytes;
  let to: Size = autoOrient;
  for (const [quality, scale] of STILLS) {
    const width = Math.max(1, Math.round(autoOrient.width * scale));
    to = { width, height: Math.max(1, Math.round((autoOrient.height * width) / autoOrient.width)) };
    const small = opened(bytes, limits).autoOrient().resize({ width });
    smaller = await decoded(hasAlpha ? small.webp({ quality }) : small.jpeg({ quality }), limits);
    if (smaller.byteLength <= least) break;
  }
  // JPEG would show black where there is nothing.
  const [type, extension] = hasAlpha ? ["image/webp", "webp"] : ["image/jpeg", "jpg"];
  const from = { width: autoOrient.width, height: autoOrient.height };
  return { bytes: smaller, type, extension, ...(pages === 1 && { reduced: { from, to } }) };
}

/** In seconds, for one operation: less than the process is given for a whole task. */
const SECONDS = 15;

/** What is damaged is opened as far as it goes: whether that is enough was looked at before. */
function opened(bytes: Uint8Array, { maxPixels }: TaskLimits): Sharp {
  return sharp(bytes, { limitInputPixels: maxPixels, failOn: "none" }).timeout({ seconds: SECONDS });
}

async function decoded(image: Sharp, limits: TaskLimits): Promise<Uint8Array> {
  return new Uint8Array(await read(image.toBuffer(), limits));
}

/** @throws PictureError where sharp cannot */
async function read<T>(work: Promise<T>, { name }: TaskLimits): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof PictureError) throw cause;
    throw new PictureError("image.unreadable", { name }, { cause });
  }
}

async function looksBehind(bytes: Uint8Array, facts: PictureFacts, name: string): Promise<void> {
  if (filmKind(bytes)) await stillOf(bytes, name);
  else await checkDecodes(bytes, facts);
}

/** A film in a container of our own: what is said of it is said of that one, and its first frame is looked at. */
async function admitFilm(
  stranger: Uint8Array,
  { name, keepsMark }: { readonly name: string; readonly keepsMark: boolean },
): Promise<AdmittedImage> {
  const mark = readMark(stranger, undefined);
  const { bytes } = await saysOfFilm(bareFilm(stranger), name);
  const facts = await inspectPicture(bytes, name);
  await stillOf(bytes, name);
  if (!mark) return { ...facts, bytes };
  return { ...facts, bytes: keepsMark ? withMark(bytes, facts.type, mark) : bytes, mark };
}

/** The same picture without metadata: encoded again only where the file is not built as its format says. */
async function anonymous(bytes: Uint8Array, { format }: PictureFacts, limits: TaskLimits): Promise<Uint8Array> {
  const before = await headerOf(bytes);
  try {
    const bare = bareImage(bytes, format, before.orientation);
    if (isDeepStrictEqual(await headerOf(bare), before)) return bare;
  } catch {
    // What libvips reads all the same is decoded below.
  }
  const file = sharp(bytes, { limitInputPixels: limits.maxPixels, failOn: "none", animated: MOVING.has(format) });
  const upright = file.timeout({ seconds: SECONDS }).autoOrient().keepIccProfile();
  try {
    return new Uint8Array(await upright.toFormat(format as keyof FormatEnum, ENCODED[format]).toBuffer());
  } catch (cause) {
    throw new PictureError("image.damaged", {}, { cause });
  }
}

const MOVING: ReadonlySet<string> = new Set(["gif", "webp"]);
const ENCODED: Readonly<Record<string, Parameters<Sharp["toFormat"]>[1]>> = {
  jpeg: { quality: 94, chromaSubsampling: "4:4:4" },
  webp: { quality: 94 },
  heif: { compression: "av1", quality: 80, effort: 1 },
  tiff: { compression: "lzw" },
};

/** What a file's header says of the picture. */
async function headerOf(bytes: Uint8Array) {
  const {
    width,
    height,
    orientation = 1,
    pages,
    space,
    channels,
    depth,
    hasAlpha,
    icc,
  } = await sharp(labAsRgb(bytes) ?? bytes, { limitInputPixels: false }).metadata();
  return { width, height, orientation, pages, space, channels, depth, hasAlpha, profile: icc?.length };
}

/** A still is not made smaller than this: it would not be worth looking at. */
const SMALLEST_BYTES = 10_000;
/** Quality and share of the width of stills, from the best to the smallest. */
const STILLS = [
  [92, 1],
  [82, 1],
  [82, 0.7],
  [82, 0.5],
  [75, 0.3],
  [70, 0.15],
] as const;

/** Share of the width, every n-th frame kept, and quality, from the best to the smallest. */
const FILMS = [
  [1, 1, 55],
  [0.75, 1, 60],
  [0.75, 2, 55],
  [0.5, 2, 55],
  [0.5, 3, 45],
  [0.35, 3, 45],
  [0.25, 4, 40],
] as const;
/** Films of more pixels in all are not taken apart: they would need too much memory. */
const MOST_PIXELS = 100_000_000;

/**
 * A film within a limit of bytes: smaller, of fewer frames and less quality. Undefined for a still, and where it cannot
 * be.
 */
async function smallerFilm(file: Uint8Array, maxBytes: number): Promise<Uint8Array | undefined> {
  const { width, height, pages = 1, pageHeight = height, delay = [], loop = 0, format } = await sharp(file).metadata();
  if (pages < 2 || width * pageHeight * pages > MOST_PIXELS) return undefined;
  for (const [scale, every, quality] of FILMS) {
    const small = sharp(file, { animated: true, limitInputPixels: MOST_PIXELS }).resize({
      width: Math.max(1, Math.round(width * scale)),
    });
    const { data, info } = await small.removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const side = Math.round(info.height / pages);
    const frame = info.width * side * info.channels;
    const kept = Array.from({ length: Math.ceil(pages / every) }, (_, index) => index * every);
    const frames = Buffer.concat(kept.map((index) => data.subarray(index * frame, (index + 1) * frame)));
    const raw = { width: info.width, height: side * kept.length, channels: info.channels, pageHeight: side };
    // A frame that stays stands for those that went.
    const delays = kept.map(
      (index) => delay.slice(index, index + every).reduce((sum, each) => sum + each, 0) || 100 * every,
    );
    const film = sharp(frames, { raw, limitInputPixels: false });
    const encoded =
      format === "gif"
        ? film.gif({ loop, delay: delays, colours: quality > 50 ? 128 : 64 })
        : film.webp({ loop, delay: delays, quality, effort: 3 });
    const bytes = new Uint8Array(await encoded.toBuffer());
    if (bytes.byteLength <= maxBytes) return bytes;
  }
  return undefined;
}
