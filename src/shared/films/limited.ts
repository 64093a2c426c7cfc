/**
 * ffmpeg and ffprobe on strangers' films: each run in a process of its own, with limits of time, memory, files and
 * output, and without the program's secrets. `prlimit` of util-linux sets the limits before the program begins.
 */
import { runProgram } from "../run-program.js";

type FilmTool = "ffmpeg" | "ffprobe";

/** What taking strangers' films needs on the PATH. */
export const FILM_PROGRAMS = ["ffmpeg", "ffprobe", "prlimit"] as const;

interface Limits {
  /** Where it runs. */
  readonly folder: string;
  /** Most bytes of its output that are read; more end it. */
  readonly mostOutput: number;
  /** Most bytes of a file that it writes; none where it writes to its output. */
  readonly mostWritten?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Address space in bytes: the libraries take 300 MB of it, a frame of 9 megapixels with those it refers to 500 MB. */
const MEMORY = 2_000_000_000;
/** Of the processor, and by the clock: less than the process that opens pictures gives a task. */
const [CPU_SECONDS, MILLISECONDS] = [30, 17_000];
/** Open files, with libraries and pipes. */
const FILES = 64;

/**
 * What it writes to its output.
 * @throws ProgramError; the signal's reason when aborted
 */
export function runLimited(tool: FilmTool, args: readonly string[], limits: Limits): Promise<Buffer> {
  const { folder, mostOutput, mostWritten = 0, signal } = limits;
  const bounds = [`--as=${MEMORY}`, `--cpu=${CPU_SECONDS}`, `--fsize=${mostWritten}`, `--nofile=${FILES}`, "--core=0"];
  const env = { PATH: process.env.PATH, LC_ALL: "C", HOME: folder };
  const options = { env, milliseconds: MILLISECONDS, folder, mostOutput, signal };
  return runProgram("prlimit", [...bounds, "--", tool, ...args], options);
}

/** Whether strangers' films can be taken here: {@link FILM_PROGRAMS} run. */
export async function takesFilms(): Promise<boolean> {
  const limits = { folder: "/", mostOutput: 100_000 };
  const runs = (["ffmpeg", "ffprobe"] as const).map((tool) => runLimited(tool, ["-hide_banner", "-version"], limits));
  return (await Promise.allSettled(runs)).every(({ status }) => status === "fulfilled");
}
