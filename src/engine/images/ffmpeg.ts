/** MP4 through ffmpeg, where the PATH has one. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FilmFileError, filmSound } from "../../shared/films/film-file.js";
import { ProgramError, runProgram } from "../../shared/run-program.js";
import { withoutSecrets } from "../../shared/secrets.js";
import { FilmError } from "./film.js";
import type { FrameStore } from "./frame-store.js";

/** Long enough for thousands of small frames; a hang ends all the same. */
const TIMEOUT_MS = 10 * 60_000;
/** It writes files, and says little. */
const MOST_OUTPUT = 100_000;

/** Runs ffmpeg to its end. @throws FilmError with what it said last; the signal's reason when aborted */
async function run(args: readonly string[], milliseconds: number, signal?: AbortSignal): Promise<void> {
  const options = { env: withoutSecrets(), milliseconds, mostOutput: MOST_OUTPUT, signal };
  try {
    await runProgram("ffmpeg", args, options);
  } catch (cause) {
    throw cause instanceof ProgramError ? new FilmError("film.ffmpeg-failed", {}, { cause }) : cause;
  }
}

/** Whether there is an ffmpeg that runs. */
export async function hasFfmpeg(): Promise<boolean> {
  return run(["-hide_banner", "-version"], 10_000).then(
    () => true,
    () => false,
  );
}

interface Mp4Options {
  readonly framesPerSecond: number;
  /** Constant rate factor of x264: 18 is nearly lossless, 40 poor. */
  readonly quality: number;
  readonly width: number;
  readonly height: number;
  readonly signal?: AbortSignal | undefined;
  /** A stranger's film whose sound, from its beginning, the film has. */
  readonly soundOf?: Uint8Array | undefined;
}

/** Encodes a store's frames as H.264. Players want even sides: give such a width and height. */
export async function encodeMp4(
  store: FrameStore,
  { framesPerSecond, quality, width, height, signal, soundOf }: Mp4Options,
): Promise<Buffer> {
  const out = join(store.folder, "film.mp4");
  const size = `${store.width}x${store.height}`;
  const input = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-r", String(framesPerSecond)];
  const coding = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", String(quality), "-movflags", "+faststart"];
  const sound = soundOf ? await soundFrom(store, soundOf, store.count / framesPerSecond, signal) : undefined;
  const scale = ["-vf", `scale=${width}:${height}:flags=lanczos`];
  await run(
    [
      ...["-hide_banner", "-loglevel", "error", "-nostdin", "-y", ...input, "-i", store.path],
      ...(sound?.input ?? []),
      ...[...scale, ...coding, ...(sound?.output ?? []), out],
    ],
    TIMEOUT_MS,
    signal,
  );
  return readFile(out);
}

/** A second input; undefined where there is no sound that can be read. */
async function soundFrom(store: FrameStore, film: Uint8Array, seconds: number, signal?: AbortSignal) {
  const sound = await filmSound(film, seconds, signal).catch((error: unknown) => {
    if (error instanceof FilmFileError) return undefined;
    throw error;
  });
  if (!sound?.byteLength) return undefined;
  const path = join(store.folder, "sound.aac");
  await writeFile(path, sound);
  const length = ["-t", seconds.toFixed(3)];
  return { input: ["-f", "aac", "-i", path], output: ["-map", "0:v:0", "-map", "1:a:0", "-c:a", "copy", ...length] };
}
