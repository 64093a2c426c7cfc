/** Encoded images in and out, through sharp. Every image from outside is hostile until it has been through `decode`. */
import { stillOf } from "../../shared/films/film-still.js";
import { filmKind } from "../../shared/films/kind.js";
import { inspectPicture, MAX_INPUT_PIXELS, PictureError } from "../../shared/inspect-image.js";
import { sharp } from "../../shared/native.js";
import { mended } from "./mend.js";
import { CHANNELS, fitInside, type Raster, type Size } from "./raster.js";
import { resize } from "./resample.js";

/** What of an image is transparent. */
export interface CutOut extends Size {
  /** 0 where nothing is to be seen, 1 where all is; one number a pixel. */
  readonly alpha: Float32Array;
  /** The grey that the image lies on while it is worked on, 0..255. */
  readonly matte: number;
}

interface Decoded extends Raster {
  /** Missing where all of the image is opaque. */
  readonly cutOut?: CutOut;
}

/** An encoded image that has been looked at. */
interface OpenPicture extends Size {
  /**
   * @param side the longer side of the result in pixels; left out, the image's own size
   * @param matte the grey that it lies on where it is transparent, as another one does that goes with it; left out, the
   * one that suits it
   */
  decode(side?: number, matte?: number): Promise<Decoded>;
}

/**
 * Looks at an encoded image: the first frame that shows something, upright (EXIF), in sRGB.
 * @throws PictureError when it is not an image, of a format not taken, damaged, or too large
 */
export async function openPicture(bytes: Uint8Array): Promise<OpenPicture> {
  const facts = await inspectPicture(bytes);
  const file = filmKind(bytes) ? await stillOf(bytes) : await mended(bytes, facts);
  const { width, height } = file === bytes ? facts : await inspectPicture(file);
  return {
    width,
    height,
    decode: (side, matte) =>
      decodeAs(file, side === undefined ? { width, height } : fitInside(width, height, side), matte),
  };
}

/** {@link openPicture} and decode. Transparency lies on white, or on dark grey where white would hide the image. */
export async function decode(bytes: Uint8Array, side?: number): Promise<Decoded> {
  return (await openPicture(bytes)).decode(side);
}

async function decodeAs(bytes: Uint8Array, size: Size, given?: number): Promise<Decoded> {
  const { data, info } = await sharp(bytes, { limitInputPixels: MAX_INPUT_PIXELS, failOn: "error" })
    .autoOrient()
    .resize({ ...size, fit: "fill", kernel: "lanczos3" })
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((cause: unknown) => {
      throw new PictureError("image.damaged", {}, { cause });
    });
  const { width, height, channels } = info;
  const raster = fromInterleaved(data, width, height, channels);
  if (channels !== 2 && channels !== 4) return raster;
  const alpha = Float32Array.from({ length: width * height }, (_, i) => (data[(i + 1) * channels - 1] ?? 255) / 255);
  if (alpha.every((a) => a === 1)) return raster;
  const matte = given ?? matteFor(raster, alpha);
  return { ...onMatte(raster, alpha, matte), cutOut: { width, height, alpha, matte } };
}

/** Grey levels that what is seen must differ from white by, on average: less, and it is lost there. */
const CONTRAST = 40;
const [WHITE, DARK] = [255, 48];

function matteFor({ data }: Raster, alpha: Float32Array): number {
  let [seen, difference] = [0, 0];
  for (let i = 0; i < data.length; i++) {
    const a = alpha[i % alpha.length] ?? 0;
    seen += a;
    difference += a * (WHITE - (data[i] ?? 0));
  }
  return difference < CONTRAST * seen ? DARK : WHITE;
}

function onMatte(raster: Raster, alpha: Float32Array, matte: number): Raster {
  const data = raster.data.map((v, i) => {
    const a = alpha[i % alpha.length] ?? 1;
    return a * v + (1 - a) * matte;
  });
  return { ...raster, data };
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

/**
 * Encodes a raster. PNG is lossless and quick (level 4); JPEG and WebP are for previews.
 * @param cutOut what of it is transparent, of any size: JPEG, which knows no transparency, shows the matte there
 */
export async function encode(raster: Raster, format: PictureFormat = "png", cutOut?: CutOut): Promise<Uint8Array> {
  const image = cutOut ? cutFrom(raster, cutOut, format) : fromRaw(toInterleaved(raster), raster, CHANNELS);
  if (format === "png") return image.png({ compressionLevel: 4 }).toBuffer();
  return (format === "jpeg" ? image.jpeg({ quality: 85 }) : image.webp({ quality: 85 })).toBuffer();
}

const fromRaw = (bytes: Uint8Array, { width, height }: Size, channels: 3 | 4) =>
  sharp(bytes, { raw: { width, height, channels } });

/** Below this a pixel is as good as not there: its colour cannot be told from the matte's. */
const FAINT = 0.02;

function cutFrom(raster: Raster, cutOut: CutOut, format: PictureFormat) {
  const alpha = alphaAt(cutOut, raster);
  const bare = raster.data.map((v, i) => {
    const a = alpha[i % alpha.length] ?? 1;
    return a < FAINT ? cutOut.matte : Math.min(255, Math.max(0, (v - (1 - a) * cutOut.matte) / a));
  });
  const image = { ...raster, data: bare };
  if (format === "jpeg") return fromRaw(toInterleaved(onMatte(image, alpha, cutOut.matte)), raster, CHANNELS);
  const opaque = toInterleaved(image);
  const bytes = Buffer.alloc(4 * alpha.length);
  for (const [i, a] of alpha.entries()) {
    opaque.copy(bytes, 4 * i, 3 * i, 3 * i + 3);
    bytes[4 * i + 3] = Math.round(255 * a);
  }
  return fromRaw(bytes, raster, 4);
}

/** The alpha of a cut-out at another size. */
function alphaAt({ width, height, alpha }: CutOut, size: Size): Float32Array {
  if (width === size.width && height === size.height) return alpha;
  const planes = new Float32Array(CHANNELS * alpha.length);
  for (let c = 0; c < CHANNELS; c++) planes.set(alpha, c * alpha.length);
  const { data } = resize({ width, height, data: planes }, size.width, size.height);
  return data.subarray(0, size.width * size.height).map((a) => Math.min(1, Math.max(0, a)));
}
