/**
 * Files that libvips reads, but not as they are meant: made into ordinary ones first. Which of them are taken at all is
 * decided in `shared/inspect-image.ts`.
 */
import type { SharpOptions } from "sharp";
import {
  FILLED,
  LEAST_SHARE,
  labAsRgb,
  MAX_INPUT_PIXELS,
  PictureError,
  type PictureFacts,
} from "../../shared/inspect-image.js";
import { sharp } from "../../shared/native.js";
import { colourTags, LINEAR, toSrgb } from "./colour-tags.js";

const LIMITS = { limitInputPixels: MAX_INPUT_PIXELS } as const;

/**
 * The file itself, or a PNG of what it is meant to show: of the complete lines of a JPEG that was cut off; of the first
 * frame of an animation that shows something; in sRGB, whatever the file's colours are.
 * @throws PictureError when less than a tenth can be read
 */
export async function mended(bytes: Uint8Array, { format }: PictureFacts): Promise<Uint8Array> {
  switch (format) {
    case "jpeg":
      return isCut(bytes) ? completeLines(bytes) : bytes;
    case "gif":
    case "webp":
      return firstShown(await onCanvas(bytes));
    case "tiff":
      return lab(bytes) ?? unitRange(bytes);
    default:
      return inSrgb(bytes, format);
  }
}

const open = (bytes: Uint8Array, options: SharpOptions = {}) => sharp(bytes, Object.assign({}, LIMITS, options));

/** Quick to write and to read again. */
const PNG = { compressionLevel: 1 } as const;

/** Whether no end follows the last scan of a JPEG. */
function isCut(bytes: Uint8Array): boolean {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return file.lastIndexOf(Buffer.of(0xff, 0xd9)) < file.lastIndexOf(Buffer.of(0xff, 0xda));
}

/**
 * libjpeg fills what is missing with grey, so lines that end in it are not complete. A progressive file lacks detail
 * instead of lines.
 */
async function completeLines(bytes: Uint8Array): Promise<Uint8Array> {
  const damaged = (cause: unknown): never => {
    throw new PictureError("image.damaged", {}, { cause });
  };
  const file = () => open(bytes, { failOn: "none" });
  const { data, info } = await file().toColourspace("srgb").raw().toBuffer({ resolveWithObject: true }).catch(damaged);
  const { width, height, channels } = info;
  const complete = (line: number): boolean => {
    const end = (line + 1) * width * channels;
    return data.subarray(end - channels * Math.min(8, width), end).some((v) => Math.abs(v - FILLED) > 1);
  };
  let lines = height;
  while (lines > 0 && !complete(lines - 1)) lines--;
  // Colours are stored in blocks of up to 16 lines; those of the first missing line reach into the ones above it.
  if (lines < height) lines = Math.floor(lines / 16) * 16;
  if (lines < LEAST_SHARE * height) return damaged(new Error(`${lines} of ${height} lines`));
  return file().extract({ left: 0, top: 0, width, height: lines }).keepMetadata().png(PNG).toBuffer();
}

/** The first frame of a GIF where it covers a part of the canvas only: libvips fills the rest with black. */
async function onCanvas(bytes: Uint8Array): Promise<Uint8Array> {
  const frame = gifFrame(bytes);
  if (!frame) return bytes;
  const { data, info } = await open(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [(i % width) - frame.x, Math.floor(i / width) - frame.y];
    if (x < 0 || y < 0 || x >= frame.width || y >= frame.height) data[4 * i + 3] = 0;
  }
  return sharp(data, { raw: { width, height, channels: 4 } })
    .png(PNG)
    .toBuffer();
}

/** Place and size of a GIF's first frame where it is its only one and smaller than the canvas. */
function gifFrame(bytes: Uint8Array): { x: number; y: number; width: number; height: number } | undefined {
  if (bytes[0] !== 0x47) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = bytes[10] ?? 0;
  let at = 13 + (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  // Extensions: a label, then blocks that tell their length, up to an empty one.
  while (bytes[at] === 0x21) {
    at += 2;
    while ((bytes[at] ?? 0) > 0) at += 1 + (bytes[at] ?? 0);
    at++;
  }
  if (bytes[at] !== 0x2c || at + 10 > bytes.length) return undefined;
  const [x = 0, y = 0, width = 0, height = 0] = [1, 3, 5, 7].map((offset) => view.getUint16(at + offset, true));
  return width < view.getUint16(6, true) || height < view.getUint16(8, true) ? { x, y, width, height } : undefined;
}

/** Frames of an animation that are looked at, and the side that each is looked at with, in pixels. */
const [MOST_FRAMES, GLANCE] = [200, 32];

/** The first frame that shows something: not one colour, and not nothing at all. */
async function firstShown(bytes: Uint8Array): Promise<Uint8Array> {
  const { pages = 1 } = await sharp(bytes).metadata();
  for (let page = 0; page < Math.min(pages, MOST_FRAMES); page++) {
    if (pages === 1 || (await shows(bytes, page)))
      return page === 0 ? bytes : open(bytes, { page }).png(PNG).toBuffer();
  }
  return bytes;
}

async function shows(bytes: Uint8Array, page: number): Promise<boolean> {
  const glance = open(bytes, { page }).resize(GLANCE, GLANCE, { fit: "fill" }).ensureAlpha();
  const data = await glance.raw().toBuffer();
  // What is transparent has no colour.
  const seen = (i: number): number => (i % 4 === 3 ? (data[i] ?? 0) : ((data[i] ?? 0) * (data[i | 3] ?? 0)) / 255);
  return data.some((_, i) => Math.abs(seen(i) - seen(i % 4)) > 2);
}

/** A TIFF of floating point whose numbers go from 0 to 1, where libvips expects 255 for white. */
async function unitRange(bytes: Uint8Array): Promise<Uint8Array> {
  const { depth } = await sharp(bytes).metadata();
  if (depth !== "float" && depth !== "double") return bytes;
  const plain = await open(bytes).raw().toBuffer();
  if (plain.some((v) => v > 1)) return bytes;
  return open(bytes).linear(255, 0).toColourspace("srgb").keepMetadata().png(PNG).toBuffer();
}

/** A TIFF of CIE L*a*b*, which libvips does not take in 8 bits; undefined for any other. */
function lab(bytes: Uint8Array): Promise<Uint8Array> | undefined {
  const numbers = labAsRgb(bytes);
  return numbers && labToSrgb(numbers);
}

async function labToSrgb(numbers: Uint8Array): Promise<Uint8Array> {
  const { data, info } = await open(numbers).raw().toBuffer({ resolveWithObject: true });
  const signed = (v = 0): number => (v < 128 ? v : v - 256);
  const out = new Uint16Array(data.length);
  const light = (t: number): number => (t > 6 / 29 ? t ** 3 : 3 * (6 / 29) ** 2 * (t - 4 / 29));
  for (let i = 0; i < data.length; i += 3) {
    const y = ((data[i] ?? 0) / 2.55 + 16) / 116;
    const [x, z] = [y + signed(data[i + 1]) / 500, y - signed(data[i + 2]) / 200];
    const [X, Y, Z] = [0.9642 * light(x), light(y), 0.8249 * light(z)];
    // D50 to linear sRGB, Bradford (Lindbloom).
    const rgb = [
      3.1338561 * X - 1.6168667 * Y - 0.4906146 * Z,
      -0.9787684 * X + 1.9161415 * Y + 0.033454 * Z,
      0.0719453 * X - 0.2289914 * Y + 1.4052427 * Z,
    ];
    for (const [c, v] of rgb.entries()) out[i + c] = Math.round(65_535 * Math.min(1, Math.max(0, v)));
  }
  const { width, height } = info;
  const srgb = toSrgb(out, 3, LINEAR);
  return sharp(srgb, { raw: { width, height, channels: 3 } })
    .png(PNG)
    .toBuffer();
}

/** A PNG or AVIF whose colours are told by numbers, not by a profile. */
async function inSrgb(bytes: Uint8Array, format: string): Promise<Uint8Array> {
  const tags = colourTags(bytes, format);
  if (!tags) return bytes;
  const { orientation, depth } = await sharp(bytes).metadata();
  const wide = depth === "ushort";
  const file = wide ? open(bytes).toColourspace("rgb16").raw({ depth }) : open(bytes).toColourspace("srgb").raw();
  const { data, info } = await file.toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const pixels = wide
    ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2)
    : Uint16Array.from(data, (v) => 257 * v);
  const image = sharp(toSrgb(pixels, channels, tags), { raw: { width, height, channels } });
  return (orientation ? image.withMetadata({ orientation }) : image).png(PNG).toBuffer();
}
