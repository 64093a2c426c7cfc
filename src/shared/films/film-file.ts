/**
 * Strangers' films through ffmpeg. A film is hostile: its container is recognised by its bytes before, its demuxer is
 * named and the only one, decoders are listed, no protocol but the one file of ours is there, and no file that a film
 * names is opened.
 */
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { defined } from "../defined.js";
import { ProgramError } from "../run-program.js";
import { mostEdits } from "./edits.js";
import { type FilmKind, filmKind } from "./kind.js";
import { runLimited, takesFilms } from "./limited.js";

/** What a film says of itself. */
interface FilmFacts {
  /** Pixels as shown, turned upright. */
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
  readonly framesPerSecond: number;
  readonly sound: boolean;
}

/** What of a film is decoded, and how large. */
interface WantedFrames {
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  /** Every n-th frame, and how many. */
  readonly every: number;
  readonly count: number;
  readonly signal?: AbortSignal | undefined;
}

/** Why a film is not taken: what it is, what it asks for, or that the programs for it are missing. */
export type FilmTrouble = "no-tools" | "unreadable" | "no-picture" | "codec" | "too-long" | "too-large";

export class FilmFileError extends Error {
  override readonly name = "FilmFileError";
  constructor(
    readonly trouble: FilmTrouble,
    options?: ErrorOptions,
  ) {
    super(trouble, options);
  }
}

/** Pixels of a frame: 4096 x 2176 and less. */
export const MOST_FRAME_PIXELS = 9_000_000;
export const MOST_FILM_SECONDS = 600;
/** Parts of which a film is put together by its list of edits: cameras and phones write a few. */
const MOST_EDITS = 1000;
/** What is said to be faster is worked on at this speed. */
const MOST_FRAMES_PER_SECOND = 60;
const LEAST_FRAMES_PER_SECOND = 1;

const DEMUXERS = { mp4: "mov,mp4,m4a,3gp,3g2,mj2", webm: "matroska,webm" } as const;
const DEMUXER = { mp4: "mov", webm: "matroska" } as const;
/** Decoders by ffmpeg's name. What decodes AV1 depends on how it was built. */
const PICTURE_CODECS = ["h264", "hevc", "vp8", "vp9", "av1", "mpeg4"] as const;
const SOUND_CODECS = ["aac", "mp3", "opus", "vorbis"] as const;
const DECODERS = [...PICTURE_CODECS, "libdav1d", "libaom-av1", ...SOUND_CODECS, "mp3float"].join(",");
const CHANNELS = 3;
const REPORT_BYTES = 200_000;
/** A container's own bytes, which a copy of it may have more of. */
const OVERHEAD_BYTES = 2_000_000;

/** Before the input's name: what holds for it. */
function guards(kind: FilmKind): string[] {
  const lists = ["-protocol_whitelist", "file", "-format_whitelist", DEMUXERS[kind], "-codec_whitelist", DECODERS];
  const outside = kind === "mp4" ? ["-enable_drefs", "0", "-use_absolute_path", "0"] : [];
  return [...lists, ...outside, "-max_streams", "16", "-probesize", "20M", "-f", DEMUXER[kind]];
}

/** Before each input that is decoded. */
const FRUGAL = ["-threads", "2", "-max_pixels", String(MOST_FRAME_PIXELS)];
const QUIET = ["-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-filter_threads", "1"];

/** ffmpeg's arguments for the film in a file as an input. */
function filmInput(path: string, kind: FilmKind): string[] {
  return [...FRUGAL, ...guards(kind), "-i", `file:${path}`];
}

interface Opened {
  readonly folder: string;
  readonly path: string;
  readonly kind: FilmKind;
}

/** Gives a film a file of its own for as long as it is used. @throws FilmFileError */
async function withFile<T>(bytes: Uint8Array, use: (file: Opened) => Promise<T>): Promise<T> {
  const kind = filmKind(bytes);
  if (!kind || (kind === "mp4" && mostEdits(bytes) > MOST_EDITS)) throw new FilmFileError("unreadable");
  const folder = await mkdtemp(join(tmpdir(), "dreamloom-film-"));
  try {
    const path = join(folder, "film");
    await writeFile(path, bytes, { mode: 0o600 });
    return await use({ folder, path, kind });
  } catch (cause) {
    if (!(cause instanceof ProgramError)) throw cause;
    throw new FilmFileError((await takesFilms()) ? "unreadable" : "no-tools", { cause });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const share = z
  .string()
  .optional()
  .transform((text = "") => {
    const [above = Number.NaN, below = 1] = text.split(/[/:]/).map(Number);
    const value = above / below;
    return Number.isFinite(value) && value > 0 ? value : undefined;
  });
const seconds = z
  .string()
  .optional()
  .transform((text) => (Number(text) > 0 ? Number(text) : undefined));
const reportSchema = z.object({
  format: z.object({ duration: seconds }).optional(),
  streams: z.array(
    z.object({
      codec_type: z.string().optional(),
      codec_name: z.string().optional(),
      width: z.number().optional(),
      height: z.number().optional(),
      sample_aspect_ratio: share,
      avg_frame_rate: share,
      r_frame_rate: share,
      duration: seconds,
      disposition: z.object({ attached_pic: z.number().optional() }).optional(),
      side_data_list: z.array(z.object({ rotation: z.number().optional() })).optional(),
    }),
  ),
});
type Stream = z.output<typeof reportSchema>["streams"][number];

const ASKED =
  "stream=codec_type,codec_name,width,height,sample_aspect_ratio,avg_frame_rate,r_frame_rate,duration" +
  ":stream_disposition=attached_pic:stream_side_data=rotation:format=duration";

interface Report extends FilmFacts {
  readonly picture: string;
  /** Undefined where there is none that is taken. */
  readonly soundCodec?: string | undefined;
}

/** What of a file is looked at, one after the other: all of it, its picture and sound, its picture. */
const PICTURE = ["-map", "0:V:0"] as const;
const PARTS = [undefined, ["-map", "0:V:0", "-map", "0:a:0"], PICTURE] as const;

/**
 * ffprobe opens a decoder for all that a file holds, so one that is not listed keeps it from saying anything: then less
 * of the file is looked at.
 */
async function examine(film: Opened): Promise<Report> {
  let failure: unknown;
  for (const part of PARTS) {
    try {
      const examined = part ? await copied(film, part) : film;
      const { seconds: lasts, ...report } = await examinePart(examined);
      // Recorders that do not know how long they go on say no length: a copy has it.
      const length = lasts ?? (await examinePart(await copied(film, PICTURE))).seconds;
      if (length === undefined) throw new FilmFileError("unreadable");
      return { ...report, seconds: length };
    } catch (error) {
      if (!(error instanceof ProgramError) || !CODEC_REFUSED.test(error.said)) throw failure ?? error;
      failure = error;
    }
  }
  throw new FilmFileError("codec", { cause: failure });
}

const CODEC_REFUSED = /Codec .* not on whitelist/;

/** A copy of some of a film's streams in a container that takes all of them. */
async function copied({ folder, path, kind }: Opened, streams: readonly string[]): Promise<Opened> {
  const out = join(folder, "part");
  const args = [...QUIET, ...filmInput(path, kind), ...streams, "-c", "copy", "-f", "matroska", `file:${out}`];
  const { size } = await stat(path);
  await runLimited("ffmpeg", args, { folder, mostOutput: REPORT_BYTES, mostWritten: size + OVERHEAD_BYTES });
  return { folder, path: out, kind: "webm" };
}

async function examinePart({ folder, path, kind }: Opened): Promise<Omit<Report, "seconds"> & Partial<Report>> {
  const args = ["-hide_banner", "-loglevel", "error", ...guards(kind), "-of", "json", "-show_entries", ASKED];
  const said = await runLimited("ffprobe", [...args, `file:${path}`], { folder, mostOutput: REPORT_BYTES });
  const report = reportSchema.safeParse(JSON.parse(said.toString("utf8")));
  if (!report.success) throw new FilmFileError("unreadable", { cause: report.error });
  const { streams, format } = report.data;
  const film = streams.find((each) => each.codec_type === "video" && each.disposition?.attached_pic !== 1);
  if (!film?.width || !film.height) throw new FilmFileError("no-picture");
  if (!isListed(film.codec_name, PICTURE_CODECS)) throw new FilmFileError("codec");
  if (film.width * film.height > MOST_FRAME_PIXELS) throw new FilmFileError("too-large");
  const lasts = film.duration ?? format?.duration;
  const sound = streams.find((each) => each.codec_type === "audio")?.codec_name;
  const soundCodec = isListed(sound, SOUND_CODECS) ? sound : undefined;
  const taken = { picture: film.codec_name ?? "", soundCodec, sound: soundCodec !== undefined };
  return { ...shownSize(film), ...speedOf(film), ...defined({ seconds: lasts }), ...taken };
}

const isListed = (name: string | undefined, list: readonly string[]): boolean =>
  name !== undefined && list.includes(name);

function shownSize({ width = 0, height = 0, sample_aspect_ratio: aspect = 1, side_data_list: aside = [] }: Stream) {
  const across = Math.max(1, Math.round(width * (aspect > 0.1 && aspect < 10 ? aspect : 1)));
  const turned = aside.some(({ rotation = 0 }) => Math.abs(rotation) % 180 === 90);
  return turned ? { width: height, height: across } : { width: across, height };
}

function speedOf({ avg_frame_rate: average, r_frame_rate: least = 25 }: Stream) {
  const said = average ?? least;
  return { framesPerSecond: Math.min(MOST_FRAMES_PER_SECOND, Math.max(LEAST_FRAMES_PER_SECOND, said)) };
}

/** What a film says of itself, without decoding it. @throws FilmFileError */
export function filmFacts(bytes: Uint8Array): Promise<FilmFacts> {
  return withFile(bytes, (file) => examine(file));
}

/** Units of the bitstream that say what is no part of the picture: who made it, and with what. */
const ASIDE: Readonly<Record<string, string>> = { h264: "6", hevc: "39|40" };
const IN_WEBM: ReadonlySet<string | undefined> = new Set(["vp8", "vp9", "av1", "opus", "vorbis", undefined]);

/**
 * A stranger's film in a container that is written here: its first picture and its first sound, and nothing else of it:
 * no titles, places, subtitles, attachments, chapters, or names of other files.
 * @throws FilmFileError
 */
export function bareFilm(bytes: Uint8Array): Promise<{ readonly bytes: Uint8Array; readonly kind: FilmKind }> {
  return withFile(bytes, async (file) => {
    const { folder, path, kind: from } = file;
    const { seconds: lasts, picture, soundCodec } = await examine(file);
    if (lasts > MOST_FILM_SECONDS) throw new FilmFileError("too-long");
    const kind =
      picture === "vp8" || (from === "webm" && [picture, soundCodec].every((codec) => IN_WEBM.has(codec)))
        ? "webm"
        : "mp4";
    const hasSound = soundCodec !== undefined && (kind === "mp4" || IN_WEBM.has(soundCodec));
    const streams = ["-map", "0:V:0", ...(hasSound ? ["-map", "0:a:0"] : []), "-sn", "-dn", "-c", "copy"];
    const without = ["-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-flags", "+bitexact"];
    const aside = ASIDE[picture];
    const units = aside ? ["-bsf:v", `filter_units=remove_types=${aside}`] : [];
    const out = join(folder, "bare");
    const written = kind === "mp4" ? ["-movflags", "+faststart", "-f", "mp4"] : ["-f", "webm"];
    const args = [
      ...QUIET,
      ...filmInput(path, from),
      ...streams,
      ...without,
      ...units,
      "-t",
      String(MOST_FILM_SECONDS),
    ];
    const mostWritten = bytes.byteLength + OVERHEAD_BYTES;
    await runLimited("ffmpeg", [...args, ...written, `file:${out}`], { folder, mostOutput: REPORT_BYTES, mostWritten });
    return { bytes: new Uint8Array(await readFile(out)), kind };
  });
}

/**
 * Frames as interleaved RGB bytes, one after the other; fewer than asked for where the film has fewer.
 * @throws FilmFileError; the signal's reason when aborted
 */
export function filmFrames(bytes: Uint8Array, wanted: WantedFrames): Promise<Uint8Array[]> {
  const { width, height, framesPerSecond, every, count, signal } = wanted;
  const size = CHANNELS * width * height;
  return withFile(bytes, async ({ folder, path, kind }) => {
    const chosen = every > 1 ? [`framestep=${every}`] : [];
    const filters = [`fps=${framesPerSecond}`, ...chosen, `scale=${width}:${height}:flags=lanczos`].join(",");
    const output = ["-map", "0:V:0", "-an", "-sn", "-dn", "-vf", filters, "-frames:v", String(count)];
    const raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"];
    const args = [...QUIET, ...filmInput(path, kind), ...output, ...raw];
    const data = await runLimited("ffmpeg", args, { folder, mostOutput: size * count, signal });
    return Array.from({ length: Math.floor(data.length / size) }, (_, i) => data.subarray(i * size, (i + 1) * size));
  });
}

/** Of sound that is written, in bits a second, and the most bytes of it a second, with what is around it. */
const [SOUND_RATE, SOUND_BYTES] = [128_000, 40_000];

/**
 * A film's sound from its beginning, as AAC in stereo: read from what a stranger has made, so written again.
 * @throws FilmFileError; the signal's reason when aborted
 */
export function filmSound(bytes: Uint8Array, length: number, signal?: AbortSignal): Promise<Buffer> {
  return withFile(bytes, ({ folder, path, kind }) => {
    const coding = ["-c:a", "aac", "-b:a", String(SOUND_RATE), "-ac", "2", "-ar", "48000"];
    const output = ["-map", "0:a:0", "-vn", "-sn", "-dn", ...coding, "-t", length.toFixed(3), "-f", "adts", "pipe:1"];
    const mostOutput = SOUND_BYTES * (length + 1);
    return runLimited("ffmpeg", [...QUIET, ...filmInput(path, kind), ...output], { folder, mostOutput, signal });
  });
}
