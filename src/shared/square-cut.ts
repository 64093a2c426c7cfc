/** Cuts a picture or a film square around what matters, in the sizes of emoji, stickers and avatars. */
import type { Sharp } from "sharp";
import { filmFacts, filmFrames } from "./films/film-file.js";
import { filmKind } from "./films/kind.js";
import { chosenFrames, MOST_FILM_PIXELS, movingFacts } from "./moving.js";
import { sharp } from "./native.js";

/** What a square picture must be. */
export interface SquareBounds {
  /** In pixels. */
  readonly side: number;
  readonly maxBytes: number;
  /** May be a GIF that moves, of at most so many frames and seconds. */
  readonly moving?: { readonly frames?: number; readonly seconds?: number };
}

export interface SquareCut {
  readonly bytes: Uint8Array;
  readonly type: "image/png" | "image/gif";
  /** Without the dot. */
  readonly extension: "png" | "gif";
  /** What became of a film: it moves, is shown faster to fit the time, or is its first frame. */
  readonly film?: "moves" | "faster" | "still";
}

/** Frames of one size, RGBA one after the other, and how long each is shown in milliseconds. */
interface Frames {
  readonly width: number;
  readonly height: number;
  readonly data: Buffer;
  readonly delays: readonly number[];
  readonly loops: boolean;
  /** The file has more frames than one, also where only the first is here. */
  readonly moves: boolean;
}

/** Where in each frame the square is; what of it lies beyond the frame is transparent. */
interface Square {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

/** Alpha over which a pixel belongs to what is shown: a soft edge's last traces would move the middle. */
const VISIBLE = 16;
/** Of films, without dither, which would flicker. */
const COLOURS = 64;
/** Frames that are encoded to learn how large they are, and forms of a film that are tried then. */
const SAMPLES = 4;
const TRIES = 4;
/** Colours of stills that are too large with all of theirs. */
const STILLS = [256, 128, 64, 32] as const;
/** Pixels of the frames of MP4 and WebM, in all. */
const FILM_PIXELS = 30_000_000;
/** Browsers show shorter frames for 100 ms. */
const SHORTEST_MS = 20;
/** With few frames left of a film, these would be slides: none is shown longer, unless the film did so. */
const LONGEST_MS = 200;

/**
 * A picture cut once for each of these bounds. Of a transparent one all that is there is kept, with room around it; any
 * other is cut where the eye goes first, a film in the same place in all of its frames. The last try is returned even
 * where it is too large.
 */
export async function squareCuts(
  bytes: Uint8Array,
  wanted: readonly SquareBounds[],
  { maxPixels, seconds }: { readonly maxPixels: number; readonly seconds: number },
): Promise<SquareCut[]> {
  const largest = Math.max(...wanted.map(({ side }) => side));
  const frames = await (filmKind(bytes)
    ? framesOfFilm(bytes, largest)
    : framesOfPicture(bytes, { maxPixels, seconds }));
  const square = await squareOf(frames);
  const cuts: SquareCut[] = [];
  for (const bounds of wanted) {
    const several = frames.delays.length > 1;
    const moves = bounds.moving && several ? await movingCut(frames, square, bounds, bounds.moving) : undefined;
    cuts.push(moves ?? { ...(await stillCut(frames, square, bounds)), ...(frames.moves && { film: "still" }) });
  }
  return cuts;
}

/** All frames of an animation; of one that is too large, and of a still, one. */
async function framesOfPicture(
  bytes: Uint8Array,
  { maxPixels, seconds }: Parameters<typeof squareCuts>[2],
): Promise<Frames> {
  const limited = { limitInputPixels: Math.max(maxPixels, MOST_FILM_PIXELS) };
  const { pages = 1 } = await sharp(bytes, limited).metadata();
  const film = pages > 1 ? await movingFacts(bytes) : undefined;
  const animated = film !== undefined && film.width * film.height * pages <= MOST_FILM_PIXELS;
  const opened = sharp(bytes, { ...limited, animated, failOn: "none" }).timeout({ seconds });
  const upright = animated ? opened : opened.autoOrient();
  const { data, info } = await upright
    .toColourspace("srgb")
    .ensureAlpha()
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  const count = animated ? pages : 1;
  const { loops = true } = film ?? {};
  const delays = animated ? film.delays : [];
  return { width: info.width, height: info.height / count, data, delays, loops, moves: pages > 1 };
}

/**
 * Of MP4 and WebM: as many frames as fit, from all of it, no larger than squares are.
 * @param largest side of a square, in pixels
 * @throws FilmFileError
 */
async function framesOfFilm(bytes: Uint8Array, largest: number): Promise<Frames> {
  const { framesPerSecond, seconds, ...size } = await filmFacts(bytes);
  const scale = Math.min(1, largest / Math.min(size.width, size.height));
  const [width, height] = [Math.round(size.width * scale), Math.round(size.height * scale)];
  const room = Math.max(1, Math.floor(FILM_PIXELS / (width * height)));
  const all = Math.max(1, Math.round(seconds * framesPerSecond));
  const every = Math.ceil(all / room);
  const wanted = { width, height, framesPerSecond, every, count: Math.ceil(all / every) };
  const frames = await filmFrames(bytes, wanted);
  // Each with alpha, where squares have what lies beyond the picture.
  const data = Buffer.alloc(4 * width * height * frames.length, 255);
  for (const [index, frame] of frames.entries())
    for (let from = 0, to = 4 * width * height * index; from < frame.length; from += 3, to += 4)
      data.set(frame.subarray(from, from + 3), to);
  const delays = frames.map(() => (1000 * every) / framesPerSecond);
  return { width, height, data, delays: delays.length > 1 ? delays : [], loops: true, moves: delays.length > 1 };
}

/** Around all that is ever shown of a transparent picture, else the largest one where the eye goes first. */
async function squareOf(frames: Frames): Promise<Square> {
  const { width, height, data } = frames;
  const box = visibleBox(frames);
  if (box) {
    const side = Math.max(box.right - box.left, box.bottom - box.top);
    const middle = (from: number, to: number): number => Math.round((from + to - side) / 2);
    return { left: middle(box.left, box.right), top: middle(box.top, box.bottom), side };
  }
  const side = Math.min(width, height);
  // Looked for in a small copy: large ones have detail everywhere.
  const small = Math.min(side, LOOKED_AT);
  const first = sharp(data.subarray(0, width * height * 4), { raw: { width, height, channels: 4 } });
  const { info } = await first
    .removeAlpha()
    .resize({ width: small, height: small, fit: "cover", position: "attention" })
    .toBuffer({ resolveWithObject: true });
  const at = (offset: number | undefined, room: number): number =>
    Math.min(room, Math.max(0, Math.round((Math.abs(offset ?? 0) * side) / small)));
  return { left: at(info.cropOffsetLeft, width - side), top: at(info.cropOffsetTop, height - side), side };
}

const LOOKED_AT = 256;

/** Undefined for a picture without transparent parts, and for an empty one. */
function visibleBox({ width, height, data }: Frames) {
  let [left, right, top, bottom] = [width, 0, height, 0];
  let transparent = false;
  for (let at = 3, pixel = 0; at < data.length; at += 4, pixel++) {
    if ((data[at] ?? 0) <= VISIBLE) {
      transparent = true;
      continue;
    }
    const x = pixel % width;
    const y = Math.floor(pixel / width) % height;
    left = Math.min(left, x);
    right = Math.max(right, x + 1);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y + 1);
  }
  return transparent && right > left ? { left, right, top, bottom } : undefined;
}

/** One frame's square, as large as is wanted. */
function squared({ width, height, data }: Frames, index: number, square: Square, side: number): Sharp {
  const bytes = width * height * 4;
  const frame = sharp(data.subarray(index * bytes, (index + 1) * bytes), { raw: { width, height, channels: 4 } });
  const left = Math.max(0, square.left);
  const top = Math.max(0, square.top);
  const right = Math.min(width, square.left + square.side);
  const bottom = Math.min(height, square.top + square.side);
  const scale = side / square.side;
  const inner = {
    width: Math.max(1, Math.round((right - left) * scale)),
    height: Math.max(1, Math.round((bottom - top) * scale)),
  };
  const before = {
    left: Math.min(side - inner.width, Math.round((left - square.left) * scale)),
    top: Math.min(side - inner.height, Math.round((top - square.top) * scale)),
  };
  return frame
    .extract({ left, top, width: right - left, height: bottom - top })
    .resize({ ...inner, fit: "fill" })
    .extend({
      ...before,
      right: side - inner.width - before.left,
      bottom: side - inner.height - before.top,
      background: { r: 0, g: 0, b: 0, alpha: 0 },
    });
}

async function stillCut(frames: Frames, square: Square, { side, maxBytes }: SquareBounds): Promise<SquareCut> {
  const raw = await squared(frames, 0, square, side).raw().toBuffer();
  const image = (): Sharp => sharp(raw, { raw: { width: side, height: side, channels: 4 } });
  const opaque = raw.every((value, at) => at % 4 !== 3 || value === 255);
  const shown = (): Sharp => (opaque ? image().removeAlpha() : image());
  let file = await shown().png({ compressionLevel: 9 }).toBuffer();
  for (const colours of STILLS) {
    if (file.byteLength <= maxBytes) break;
    file = await shown().png({ palette: true, colours }).toBuffer();
  }
  return { bytes: new Uint8Array(file), type: "image/png", extension: "png" };
}

/** Undefined where no form of the film is small enough. */
async function movingCut(
  frames: Frames,
  square: Square,
  { side, maxBytes }: SquareBounds,
  { frames: most = Number.POSITIVE_INFINITY, seconds = Number.POSITIVE_INFINITY }: NonNullable<SquareBounds["moving"]>,
): Promise<SquareCut | undefined> {
  const { delays } = frames;
  const everyNth = (every: number) => chosenFrames({ delays }, { still: false, every });
  const total = delays.reduce((sum, each) => sum + each, 0);
  const speed = Math.max(1, total / (seconds * 1000));
  // A few frames tell how many there is room for: what is dreamt has detail everywhere, and fewer colours save little.
  const sampled = everyNth(Math.ceil(delays.length / SAMPLES));
  const sample = await gifOf({ ...frames, delays: sampled.delays }, sampled.places, square, side);
  const room = Math.max(1, Math.floor((maxBytes * sampled.places.length) / sample.byteLength));
  const fewest = Math.max(
    Math.ceil(delays.length / Math.min(most, room)),
    Math.ceil((SHORTEST_MS * speed * delays.length) / total),
  );
  for (let step = fewest; step < fewest + TRIES; step++) {
    const kept = everyNth(step);
    if (kept.places.length < 2) return undefined;
    // GIF counts in hundredths of a second: rounded down, so that all together is not too long.
    const lively = kept.delays.map((each, index) => Math.min(each, Math.max(LONGEST_MS, delays[index * step] ?? 0)));
    const shown = lively.map((each) => Math.max(SHORTEST_MS, Math.floor(each / speed / 10) * 10));
    const file = await gifOf({ ...frames, delays: shown }, kept.places, square, side);
    if (file.byteLength > maxBytes) continue;
    const became = speed > 1 || lively.some((each, index) => each !== kept.delays[index]) ? "faster" : "moves";
    return { bytes: new Uint8Array(file), type: "image/gif", extension: "gif", film: became };
  }
  return undefined;
}

/** The frames at these places, with the delays that are theirs. */
async function gifOf(frames: Frames, places: readonly number[], square: Square, side: number): Promise<Buffer> {
  const cut: Buffer[] = [];
  for (const place of places) cut.push(await squared(frames, place, square, side).raw().toBuffer());
  const raw = { width: side, height: side * cut.length, channels: 4, pageHeight: side } as const;
  const film = sharp(Buffer.concat(cut), { raw, limitInputPixels: false });
  return film
    .gif({ loop: frames.loops ? 0 : 1, delay: [...frames.delays], colours: COLOURS, dither: 0, effort: 1 })
    .toBuffer();
}
