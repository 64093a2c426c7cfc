/** Moving pictures: how long each of their frames is shown, and which of them a job works on. */
import { filmFacts } from "./films/film-file.js";
import { filmKind, mayMove } from "./films/kind.js";
import { readApng } from "./metadata/apng.js";
import { sharp } from "./native.js";

/** What a file of several frames says of itself. */
export interface MovingFacts {
  /** Pixels of a frame. */
  readonly width: number;
  readonly height: number;
  /** How long each frame is shown, in milliseconds. */
  readonly delays: readonly number[];
  /** Whether it begins again at its end, for ever. */
  readonly loops: boolean;
  /** Of a film of one speed, decoded frame by frame at the size that is wanted: MP4 and WebM. */
  readonly framesPerSecond?: number;
  /** Whether there is sound that a film made from it can have. */
  readonly sound?: boolean;
}

/** Which frames of a moving picture are meant. */
export interface Excerpt {
  /** One picture instead of a film. */
  readonly still: boolean;
  /** Every n-th frame. */
  readonly every: number;
  /** Of so many first seconds; of all of it when left out. */
  readonly seconds?: number;
}

/** Frames that a job works on. */
export interface ChosenFrames {
  /** Their places in the file, from 0. */
  readonly places: readonly number[];
  /** How long each is shown, in milliseconds: one that stays stands for those that went. */
  readonly delays: readonly number[];
}

/** Browsers show frames of no more than 10 ms for 100: so old files are meant. */
export const UNSAID_MS = 10;
const USUAL_MS = 100;
/** Shares of the frames, by the words for them. */
const SHARES = { half: 2, third: 3, quarter: 4, sixth: 6, eighth: 8 } as const;
const STILL = "still";
const ALL = "all";
const MOST_SECONDS = 600;
/** Frames that are counted of a film: those of ten minutes at 60 a second. */
const MOST_LISTED = 36_000;

/** All frames of a file are opened at once: this many pixels take 400 MB. */
export const MOST_FILM_PIXELS = 100_000_000;

/** Undefined for a file of one frame. @throws where sharp or ffmpeg cannot read it */
export async function movingFacts(bytes: Uint8Array): Promise<MovingFacts | undefined> {
  if (!mayMove(bytes)) return undefined;
  if (filmKind(bytes)) {
    const { seconds, framesPerSecond, width, height, sound } = await filmFacts(bytes);
    const count = Math.max(1, Math.round(seconds * framesPerSecond));
    if (count < 2) return undefined;
    const delays = Array<number>(Math.min(count, MOST_LISTED)).fill(1000 / framesPerSecond);
    return { width, height, loops: false, delays, framesPerSecond, sound };
  }
  const apng = readApng(bytes);
  if (apng) {
    const { width, height, loops, frames } = apng;
    return { width, height, loops, delays: frames.map(({ delay }) => shownMs(delay)) };
  }
  const { width, height, pages = 1, pageHeight = height, delay = [], loop = 0 } = await sharp(bytes).metadata();
  if (pages < 2) return undefined;
  const delays = Array.from({ length: pages }, (_, i) => shownMs(delay[i] ?? 0));
  return { width, height: pageHeight, delays, loops: loop === 0 };
}

const shownMs = (said: number): number => (said <= UNSAID_MS ? USUAL_MS : said);

/** Whether so many first frames of a file can be opened at once. */
export function canOpen({ width, height, framesPerSecond }: Omit<MovingFacts, "delays">, frames: number): boolean {
  return framesPerSecond !== undefined || width * height * frames <= MOST_FILM_PIXELS;
}

/**
 * What a text says of frames: `still`, `all`, or a share of the frames (`half`) and a time (`3s`), one or both.
 * Undefined where it means nothing.
 */
export function readExcerpt(typed: string): Excerpt | undefined {
  const words = typed
    .trim()
    .toLowerCase()
    .replace(/(\d)\s+s\b/g, "$1s")
    .split(/\s+/);
  if (words.length === 1 && words[0] === STILL) return { still: true, every: 1 };
  if (words.length === 1 && words[0] === ALL) return { still: false, every: 1 };
  let [every, seconds]: [number | undefined, number | undefined] = [undefined, undefined];
  for (const word of words) {
    const share = Object.hasOwn(SHARES, word) ? SHARES[word as keyof typeof SHARES] : undefined;
    const time = Number(/^(\d{1,3}(?:\.\d{1,2})?)s$/.exec(word)?.[1] ?? Number.NaN);
    if (share !== undefined && every === undefined) every = share;
    else if (time > 0 && time <= MOST_SECONDS && seconds === undefined) seconds = time;
    else return undefined;
  }
  return { still: false, every: every ?? 1, ...(seconds !== undefined && { seconds }) };
}

/** The usual form of what {@link readExcerpt} reads. */
export function sayExcerpt({ still, every, seconds }: Excerpt): string {
  if (still) return STILL;
  const [share] = Object.entries(SHARES).find(([, each]) => each === every) ?? [];
  return [...(share ? [share] : []), ...(seconds === undefined ? [] : [`${seconds}s`])].join(" ") || ALL;
}

/** Shares of the frames that have a name, the largest first. */
export const EVERY: readonly number[] = Object.values(SHARES);

/** The frames that are meant, with how long each is shown. */
export function chosenFrames(
  { delays }: Pick<MovingFacts, "delays">,
  { every, seconds = Number.POSITIVE_INFINITY }: Excerpt,
): ChosenFrames {
  const within: number[] = [];
  let time = 0;
  for (const delay of delays) {
    if (within.length > 0 && time + delay > seconds * 1000 + 1) break;
    within.push(delay);
    time += delay;
  }
  const places = Array.from({ length: Math.ceil(within.length / every) }, (_, i) => i * every);
  const sum = (part: readonly number[]): number => part.reduce((total, delay) => total + delay, 0);
  return { places, delays: places.map((place) => sum(within.slice(place, place + every))) };
}
