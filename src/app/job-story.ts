/** A job's story, from its line to its picture: what the data folder holds of it, and what the log says. */
import { spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { PassThrough, type Readable } from "node:stream";
import { chatCommands } from "../commands/create-context.js";
import { commandLine } from "../commands/recipes/recipe.js";
import { sentence } from "../shared/sentences/sentence.js";
import { type JobRecord, readJobRecord } from "../store/job-record.js";
import { botOptionsOf } from "./bot-options.js";
import { type Config, ConfigError } from "./settings/load-settings.js";

/** A line of the log about a job. */
export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly level: number;
  readonly part: string;
  readonly text: string;
  /** What else it says. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface JobStory extends JobRecord {
  /** The line that makes it again. */
  readonly line: string;
  readonly log: readonly LogLine[];
}

/** Lines about one job that are kept; a long film has some hundred. */
const MOST_LINES = 5_000;

/**
 * @param log the log to look through: a file, "-" for standard input; systemd's log of the services where left out
 * @throws ConfigError where there is no such job, or the log cannot be read
 */
export async function jobStory(config: Config, typed: string, log?: string): Promise<JobStory> {
  const { dir } = config.data;
  const id = typed.toUpperCase();
  const record = readJobRecord(dir, id);
  if (!record) throw new ConfigError([sentence("story.unknown", { id, folder: dir })]);
  const { recipes } = chatCommands(botOptionsOf(config));
  const recipe = recipes.find(({ name }) => name === record.recipe);
  const line = recipe ? commandLine(recipe, record.params, record.roles) : record.recipe;
  return { ...record, line, log: await linesAbout(id, sourceOf(id, log), log ?? "of systemd") };
}

function sourceOf(id: string, log: string | undefined): Readable {
  if (log === "-") return process.stdin;
  if (log !== undefined) return createReadStream(log);
  const units = ["dreamloom", "dreamloom-worker"].flatMap((unit) => ["-u", unit]);
  const reader = spawn("journalctl", [...units, "-o", "cat", "--no-pager", "-g", id], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const lines = reader.stdout.pipe(new PassThrough());
  // A machine without systemd has none, and its log is elsewhere. Lines of a destroyed stream would never end.
  reader.on("error", () => lines.end());
  return lines;
}

async function linesAbout(id: string, source: Readable, name: string): Promise<LogLine[]> {
  const found: LogLine[] = [];
  try {
    for await (const text of createInterface({ input: source, crlfDelay: Number.POSITIVE_INFINITY })) {
      const line = text.includes(id) ? lineAbout(id, text) : undefined;
      if (line && found.push(line) >= MOST_LINES) break;
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([sentence("story.log", { name, reason })]);
  }
  // Bots and workers may write into one log.
  return found.sort((a, b) => a.time - b.time);
}

function lineAbout(id: string, text: string): LogLine | undefined {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof read !== "object" || read === null) return undefined;
  const { time, level, part, msg, job, jobs, pid: _, hostname: __, ...fields } = read as Record<string, unknown>;
  if (job !== id && !(Array.isArray(jobs) && jobs.includes(id))) return undefined;
  const at = typeof time === "number" ? time : Date.parse(String(time));
  return { time: at, level: Number(level), part: String(part ?? ""), text: String(msg ?? ""), fields };
}
