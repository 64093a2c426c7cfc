/** Films as MP4, WebM and the like, made by ffmpeg, where the PATH has one. */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { takesFilms } from "../../src/shared/films/limited.js";
import { newFolder } from "./new-folder.js";

const run = promisify(execFile);

const takes = await takesFilms();
/** With `CI=true` what is missing fails. */
export const NO_FILMS = !takes && process.env.CI !== "true";
export const WITH_FILMS = takes ? "" : " (skipped: apt-get install ffmpeg)";

interface Movie {
  readonly seconds?: number;
  readonly rate?: number;
  readonly size?: string;
  readonly sound?: boolean;
  /** Arguments of the coding. */
  readonly coding?: readonly string[];
  readonly extension?: string;
  /** What is drawn, as a source of lavfi. */
  readonly drawn?: string;
}

/** A film that ffmpeg draws; a tone where it has sound. */
export async function movie({
  seconds = 1,
  rate = 10,
  size = "64x48",
  sound = false,
  coding = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-preset", "ultrafast"],
  extension = "mp4",
  drawn = "testsrc",
}: Movie = {}): Promise<Uint8Array> {
  const folder = newFolder();
  const out = join(folder, `film.${extension}`);
  const shape = drawn.includes("=") ? ":" : "=";
  const picture = ["-f", "lavfi", "-i", `${drawn}${shape}size=${size}:rate=${rate}:duration=${seconds}`];
  const tone = sound ? ["-f", "lavfi", "-i", `sine=frequency=440:duration=${seconds}`] : [];
  await run("ffmpeg", ["-v", "error", "-y", ...picture, ...tone, ...coding, out]);
  return new Uint8Array(await readFile(out));
}

/**
 * A film's file with something changed by ffmpeg without coding it again.
 * @param others files by name where ffmpeg runs
 */
export async function remade(
  film: Uint8Array,
  args: readonly string[],
  extension: string,
  others: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<Uint8Array> {
  const folder = newFolder();
  const [from, out] = [join(folder, "from"), join(folder, `film.${extension}`)];
  await writeFile(from, film);
  await writeFile(join(folder, "words.srt"), "1\n00:00:00,000 --> 00:00:01,000\nAda Lovelace lives here\n");
  for (const [name, content] of Object.entries(others)) await writeFile(join(folder, name), content);
  await run("ffmpeg", ["-v", "error", "-y", ...args.map((arg) => arg.replace("FROM", from)), out], { cwd: folder });
  return new Uint8Array(await readFile(out));
}

/** What ffprobe says of a film's streams: of each its kind, codec, frames a second and seconds. */
export async function streamsOf(film: Uint8Array) {
  const folder = newFolder();
  const path = join(folder, "film");
  await writeFile(path, film);
  const asked = "stream=codec_type,codec_name,avg_frame_rate,duration,nb_read_frames";
  const { stdout } = await run("ffprobe", [
    "-v",
    "error",
    "-count_frames",
    "-of",
    "json",
    "-show_entries",
    asked,
    path,
  ]);
  const { streams } = JSON.parse(stdout) as { streams: Record<string, string>[] };
  return streams.map((stream) => ({
    kind: stream.codec_type,
    codec: stream.codec_name,
    rate: stream.avg_frame_rate,
    seconds: Number(stream.duration),
    frames: Number(stream.nb_read_frames),
  }));
}
