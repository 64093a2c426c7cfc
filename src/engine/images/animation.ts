/** Films: frames encoded as animated WebP or GIF by sharp, or as MP4 by ffmpeg, within a limit of bytes. */
import { defined } from "../../shared/defined.js";
import { UNSAID_MS } from "../../shared/moving.js";
import { sharp } from "../../shared/native.js";
import { encodeMp4, hasFfmpeg } from "./ffmpeg.js";
import { FILM_TYPES, type Film, FilmError, type FilmFormat } from "./film.js";
import { FrameStore } from "./frame-store.js";
import { CHANNELS, type Raster } from "./raster.js";

/** How fast a film is: alike throughout, or how long each frame is shown, in milliseconds. */
type Timing = { readonly framesPerSecond: number } | { readonly delays: readonly number[] };

interface FilmSettings {
  /** Whether it begins again at its end, for ever; it does when left out. */
  readonly loops?: boolean;
  /** The film is made smaller until it fits: by quality, then size, then fewer frames a second. */
  readonly maxBytes: number;
  /** WebP when left out. */
  readonly format?: FilmFormat;
  readonly signal?: AbortSignal;
  /** A stranger's film whose sound, from its beginning, an MP4 has. */
  readonly soundOf?: Uint8Array;
}

type FilmOptions = FilmSettings & Timing;

/** sharp wants all frames of an animation at once: this many pixels take 300 MB. */
const MAX_ANIMATION_PIXELS = 100_000_000;

/** One way to encode a film. */
interface Attempt {
  /** Of WebP, 1..100; GIF takes fewer colours and MP4 a higher rate factor for less. */
  readonly quality: number;
  readonly scale: number;
  /** Every n-th frame is kept. */
  readonly every: number;
  /** Bytes to expect, compared with the first attempt. */
  readonly cost: number;
}

const ATTEMPTS: readonly Attempt[] = [
  ...[82, 68, 54, 40].map((quality) => ({ quality, scale: 1, every: 1, cost: quality / 82 })),
  ...[0.8, 0.64, 0.5, 0.4].map((scale) => ({ quality: 50, scale, every: 1, cost: 0.6 * scale ** 1.6 })),
  ...[2, 3, 4, 6, 8].map((every) => ({ quality: 45, scale: 0.4, every, cost: 0.13 / every ** 0.9 })),
  ...[2, 4, 8].map((every) => ({ quality: 30, scale: 0.2, every, cost: 0.04 / every ** 0.9 })),
];

/** The smallest side that a film shrinks to, in pixels. */
const SMALLEST = 16;

/**
 * Encodes frames as a film that loops.
 * @param frames all of one size; of a store, its owner disposes
 * @throws FilmError when it cannot be made as small as asked, or when there is no ffmpeg for MP4
 * @example await encodeFilm(images, { framesPerSecond: 12, maxBytes: 8_000_000 })
 */
export async function encodeFilm(frames: readonly Raster[] | FrameStore, options: FilmOptions): Promise<Film> {
  if (frames instanceof FrameStore) return encodeStore(frames, options);
  const [first] = frames;
  if (!first) throw new FilmError("film.no-frame");
  const store = await FrameStore.open(first.width, first.height);
  try {
    for (const frame of frames) await store.append(frame);
    return await encodeStore(store, options);
  } finally {
    await store.dispose();
  }
}

async function encodeStore(store: FrameStore, options: FilmOptions): Promise<Film> {
  const { maxBytes, format = "webp" } = options;
  if (store.count === 0) throw new FilmError("film.no-frame");
  if (format === "mp4") await needFfmpeg();
  else needRoom(store.width, store.height, store.count);
  if (format === "mp4" && "delays" in options) return encodeAtOneSpeed(store, options.delays, options);
  let most = Number.POSITIVE_INFINITY;
  let smallest = Number.POSITIVE_INFINITY;
  for (const attempt of ATTEMPTS) {
    options.signal?.throwIfAborted();
    if (attempt.cost > most) continue;
    const film = await encodeOnce(store, attempt, format, options);
    if (film.bytes.length <= maxBytes) return film;
    smallest = Math.min(smallest, film.bytes.length);
    // A little hope beyond what is to be expected: the estimate is rough, and a better film is worth a try.
    most = 1.2 * attempt.cost * (maxBytes / film.bytes.length);
  }
  // The estimates may have skipped the last one, which is the smallest.
  const last = ATTEMPTS[ATTEMPTS.length - 1];
  const film = last && (await encodeOnce(store, last, format, options));
  if (film && film.bytes.length <= maxBytes) return film;
  throw new FilmError("film.too-large", {
    size: kilobytes(Math.min(smallest, film?.bytes.length ?? smallest)),
    most: kilobytes(maxBytes),
  });
}

const kilobytes = (bytes: number): string => `${Math.ceil(bytes / 1000)} kB`;

/** @throws FilmError when there is no ffmpeg */
export async function needFfmpeg(): Promise<void> {
  if (!(await hasFfmpeg())) throw new FilmError("film.no-ffmpeg");
}

/** @throws FilmError when sharp would need too much memory for an animation */
export function needRoom(width: number, height: number, frames: number): void {
  const most = Math.floor(MAX_ANIMATION_PIXELS / (width * height));
  if (frames > most) throw new FilmError("film.too-many-frames", { width, height, most });
}

async function encodeOnce(
  store: FrameStore,
  attempt: Attempt,
  format: FilmFormat,
  options: FilmOptions,
): Promise<Film> {
  const { quality, scale, every } = attempt;
  const even = format === "mp4" ? 2 : 1;
  const side = (length: number): number => {
    const scaled = Math.max(Math.min(SMALLEST, length), Math.round(length * scale));
    return Math.max(even, scaled - (scaled % even));
  };
  const [width, height] = [side(store.width), side(store.height)];
  // MP4 drops frames by itself at a lower frame rate, so it keeps them all: quality and size go far enough.
  const kept = format === "mp4" ? 1 : Math.max(every, Math.ceil((leastShown(format) * speedOf(options)) / 1000));
  const framesPerSecond = speedOf(options) / kept;
  const indices = Array.from({ length: Math.ceil(store.count / kept) }, (_, i) => i * kept);
  const film = { type: FILM_TYPES[format], width, height, frames: indices.length, framesPerSecond };
  if (format === "mp4") {
    const rate = Math.min(45, Math.round(18 + (82 - quality) / 2 + (every - 1)));
    const { signal, soundOf } = options;
    const coding = { framesPerSecond, width, height, quality: rate, signal, soundOf };
    return { ...film, bytes: await encodeMp4(store, coding) };
  }
  const pages = await Promise.all(indices.map((index) => page(store, index, width, height)));
  const raw = { width, height: height * pages.length, channels: CHANNELS, pageHeight: height } as const;
  const image = sharp(Buffer.concat(pages), { raw, limitInputPixels: false });
  const shown = shownFor(store.count, options);
  const times = indices.map((index) => total(shown.slice(index, index + kept)));
  const delay = delays(times, UNITS[format], leastShown(format));
  const loop = options.loops === false ? 1 : 0;
  if (format === "gif") {
    const colours = quality > 75 ? 256 : quality > 50 ? 128 : 64;
    return { ...film, bytes: await image.gif({ loop, delay, colours, effort: 5, dither: 0.6 }).toBuffer() };
  }
  return { ...film, bytes: await image.webp({ loop, delay, quality, effort: 3 }).toBuffer() };
}

async function page(store: FrameStore, index: number, width: number, height: number): Promise<Buffer> {
  const bytes = await store.read(index);
  if (width === store.width && height === store.height) return bytes;
  const raw = { width: store.width, height: store.height, channels: CHANNELS } as const;
  return sharp(bytes, { raw }).resize(width, height, { fit: "fill" }).raw().toBuffer();
}

const total = (times: readonly number[]): number => times.reduce((sum, ms) => sum + ms, 0);

/** How long each of so many frames is shown, in milliseconds. */
function shownFor(count: number, timing: Timing): readonly number[] {
  return "delays" in timing ? timing.delays : Array<number>(count).fill(1000 / timing.framesPerSecond);
}

/** Frames a second, on average. */
function speedOf(timing: Timing): number {
  return "delays" in timing ? (1000 * timing.delays.length) / total(timing.delays) : timing.framesPerSecond;
}

/** Milliseconds in steps of which a format says how long a frame is shown. */
const UNITS = { gif: 10, webp: 1 } as const;
/** The shortest time that a frame of a format is shown for as it says. */
const leastShown = (format: keyof typeof UNITS): number => UNSAID_MS + UNITS[format];

/** How long each frame is shown, in ms, in steps of `unit` and for no less than `least`; rounding never adds up. */
export function delays(times: readonly number[], unit: number, least = unit): number[] {
  let [exact, said] = [0, 0];
  return times.map((ms) => {
    exact += ms;
    const shown = Math.max(least, Math.round((exact - said) / unit) * unit);
    said += shown;
    return shown;
  });
}

/** The shortest time that a frame of an MP4 is shown, in milliseconds. */
const SHORTEST = 20;
/** Frames that are shown equally long to within so many milliseconds have one speed. */
const EVEN_MS = 0.01;

/** An MP4 has one speed: a frame that is shown for longer is there several times. */
async function encodeAtOneSpeed(store: FrameStore, times: readonly number[], options: FilmOptions): Promise<Film> {
  const [first = 0] = times;
  if (times.every((ms) => Math.abs(ms - first) < EVEN_MS)) {
    const { delays: _, ...even } = { delays: [], ...options };
    return encodeStore(store, { ...even, framesPerSecond: speedOf({ delays: times }) });
  }
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  const unit = Math.max(SHORTEST, times.map(Math.round).reduce(divisor, 0));
  const { maxBytes, signal, soundOf } = options;
  const repeated = await FrameStore.open(store.width, store.height);
  try {
    for (const [index, ms] of delays(times, unit).entries())
      for (let shown = 0; shown < ms; shown += unit) await repeated.appendBytes(await store.read(index));
    const even = { framesPerSecond: 1000 / unit, maxBytes, format: "mp4", ...defined({ signal, soundOf }) } as const;
    const film = await encodeStore(repeated, even);
    return { ...film, frames: store.count, framesPerSecond: speedOf(options) };
  } finally {
    await repeated.dispose();
  }
}
