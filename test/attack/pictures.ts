/**
 * Image files with bytes changed, cut, doubled and put together from two, through the process that opens strangers'
 * images. Each is refused in words, or admitted within the limits and without what it told of its owner; and this
 * process hardly grows.
 */
import { pino } from "pino";
import sharp, { type Sharp } from "sharp";
import type { Random } from "../../src/engine/images/random.js";
import { ImageProcess } from "../../src/shared/image-process.js";
import { PictureError } from "../../src/shared/inspect-image.js";
import { apng } from "../support/apng.js";
import { claims, drawn } from "../support/pictures.js";
import { SECRET, tellingImage } from "../support/telling-images.js";
import type { Attack, Note } from "./attack.js";
import { mutated, noise, pick } from "./generate.js";

const LIMITS = { name: "a.png", maxPixels: 1_000_000, decoding: true };
const PREVIEW = { ...LIMITS, side: 64, format: "webp", quality: 80 } as const;
/** A file takes longer only where it is opened again by itself after the process was ended, in milliseconds. */
const MOST_MS = 60_000;
/** A frame's time has 16 bits of hundredths or of seconds, or 24 of milliseconds. */
const MOST_SHOWN_MS = 2 ** 16 * 1000 + 1;
const FORMATS = ["jpeg", "png", "webp", "avif", "tiff", "gif"] as const;

export const pictures: Attack = {
  name: "pictures",
  count: 6_000,
  atOnce: 4,
  mostGrowth: 50,
  async open() {
    const images = new ImageProcess({ logger: pino({ level: "silent" }) });
    const valid = await validFiles();
    return {
      pid: process.pid,
      close: () => images.close(),
      attempt: (next, note) => attempt(next, valid, images, note),
    };
  },
};

async function attempt(next: Random, valid: readonly Buffer[], images: ImageProcess, note: Note): Promise<void> {
  const file = fileOf(next, valid);
  const input = () => file.toString("base64");
  const begun = performance.now();
  try {
    const { bytes, width, height, format } = await images.run("admit", file, LIMITS);
    note.answered(`admitted ${format}`);
    if (!(width * height > 0 && width * height <= LIMITS.maxPixels))
      note.broke("what is admitted is within the limits", input());
    if (await tells(bytes, valid.includes(file))) note.broke("what is admitted does not tell whose it is", input());
    const again = await images.run("admit", bytes, LIMITS);
    if (!Buffer.from(bytes).equals(again.bytes)) note.answered("changed when admitted again");
    await images.run("still", bytes, PREVIEW);
    const film = await images.run("moving", bytes, LIMITS);
    if (film) note.answered(`moves, ${format}`);
    if (film && !(film.delays.length > 1 && film.delays.every((ms) => ms > 0 && ms < MOST_SHOWN_MS)))
      note.broke("a film has frames, each shown for a while", input());
  } catch (error) {
    if (!(error instanceof PictureError)) throw error;
    note.answered(error.identifier);
    // Such an error has no words of its own in the process, and was not foreseen there.
    if (error.cause !== undefined) note.answered("unforeseen");
    if (!/[.!]$/.test(error.message)) note.broke("a refusal is a sentence", { error: error.message, file: input() });
  }
  const took = Math.round(performance.now() - begun);
  if (took > MOST_MS) note.broke(`a file takes ${MOST_MS} ms at most`, { took, file: input() });
}

/**
 * Whether a file tells whose it is: a whole one by any of its bytes, a changed one by what readers find. Whose changes
 * have made a piece of the picture of the text, as by another length, is told by nothing.
 */
async function tells(bytes: Uint8Array, isWhole: boolean): Promise<boolean> {
  if (isWhole) return Buffer.from(bytes).includes(SECRET);
  const { exif, xmp, iptc, tifftagPhotoshop, comments = [] } = await sharp(bytes).metadata();
  const texts = comments.map(({ text }) => Buffer.from(text));
  return [exif, xmp, iptc, tifftagPhotoshop, ...texts].some((found) => found?.includes(SECRET));
}

/** One file in twelve is whole, so that what is admitted is not forgotten. */
function fileOf(next: Random, valid: readonly Buffer[]): Buffer {
  const [file, other] = [pick(next, valid), pick(next, valid)];
  const kind = next();
  if (kind < 0.08) return file;
  if (kind < 0.8) return mutated(next, file);
  const cut = Math.floor(next() * file.length);
  if (kind < 0.87) return Buffer.concat([file.subarray(0, cut), other.subarray(Math.min(cut, other.length))]);
  // One format's mark before another's body, and a file behind a file.
  if (kind < 0.93) return Buffer.concat([file.subarray(0, 16), other.subarray(16)]);
  if (kind < 0.98) return Buffer.concat([file, other]);
  return noise(next, 500);
}

async function validFiles(): Promise<Buffer[]> {
  const films = { raw: { width: 24, height: 72, channels: 3, pageHeight: 24 } } as const;
  const film = (): Sharp => sharp(Buffer.from(Array.from({ length: 24 * 72 * 3 }, (_, n) => n % 251)), films);
  const plain = await drawn(40, 30);
  const image = () => sharp(plain);
  const movingPng = apng([
    { colour: [200, 0, 0, 255], at: [0, 0, 8, 8] },
    { colour: [0, 200, 0, 128], at: [2, 2, 4, 4], over: true },
  ]);
  const made = [
    ...FORMATS.map((format) => drawn(40, 30, format)),
    ...FORMATS.flatMap((format) => [tellingImage.exif(format), tellingImage.xmp(format), tellingImage.trailer(format)]),
    movingPng,
    film().gif().toBuffer(),
    film().webp().toBuffer(),
    film().tiff({ bigtiff: true }).toBuffer(),
    image().jpeg({ progressive: true, chromaSubsampling: "4:4:4" }).toBuffer(),
    image().toColourspace("cmyk").jpeg().toBuffer(),
    image().greyscale().jpeg().toBuffer(),
    image().png({ palette: true, progressive: true }).toBuffer(),
    image().toColourspace("rgb16").png().toBuffer(),
    image().ensureAlpha(0.5).png().toBuffer(),
    image().ensureAlpha(0.5).webp({ lossless: true }).toBuffer(),
    image().ensureAlpha(0.5).avif({ effort: 0 }).toBuffer(),
    image().tiff({ tile: true, tileWidth: 16, tileHeight: 16, compression: "jpeg" }).toBuffer(),
    image().greyscale().threshold().toColourspace("b-w").tiff({ compression: "ccittfax4", bitdepth: 1 }).toBuffer(),
    image().toColourspace("lab").tiff().toBuffer(),
  ];
  return [...(await Promise.all(made)), claims(900, 900), claims(60_000, 60_000)];
}
