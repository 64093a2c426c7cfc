/** `dreamloom job ID`: one job's story, for operators. */
import type { Command } from "commander";
import { type JobStory, jobStory, type LogLine } from "../app/job-story.js";
import { loadConfig } from "../app/settings/load-settings.js";
import { sentence } from "../shared/sentences/sentence.js";
import { printJson, table } from "./output.js";

export function addJob(program: Command): void {
  program
    .command("job")
    .description(
      "Tell the story of a job, from its command to its picture: what is stored about it, and its lines in the log",
    )
    .argument("<id>", "The job's id, as its message shows it")
    .option("--log <file>", "The log to look through, - for standard input; systemd's of the services when left out")
    .option("--json", "Print one JSON object")
    .action(async (id: string, { log, json = false }: { log?: string; json?: boolean }) => {
      const story = await jobStory(loadConfig(), id, log);
      if (json) printJson(story);
      else process.stdout.write(tell(story));
    });
}

/** What a person reads. */
function tell(story: JobStory): string {
  const { id, line, authorName, platform, channel, state, owed, attempts, createdAt, startedAt, finishedAt } = story;
  const seconds = (from: number, to: number): string => ((to - from) / 1000).toFixed(1);
  const facts = [
    ["job", id],
    ["line", line],
    ["by", sentence("story.by", { authorName, platform, channel })],
    ["state", sentence("story.state", { state, attempts, owed })],
    ["came", new Date(createdAt).toISOString()],
    ...(startedAt === null ? [] : [["began", sentence("story.after", { seconds: seconds(createdAt, startedAt) })]]),
    ...(finishedAt === null ? [] : [["ended", sentence("story.after", { seconds: seconds(createdAt, finishedAt) })]]),
    ...(story.failure === undefined ? [] : [["failure", story.failure]]),
    ["picture", story.picture ?? sentence("story.no-picture")],
  ];
  const log = story.log.map((each) => logRow(each, createdAt));
  return `${table(facts)}\n${log.length === 0 ? `${sentence("story.no-log")}\n` : table(log, [0])}`;
}

/** pino's level from which a line is a warning. */
const WARNING = 40;

function logRow({ time, level, part, text, fields }: LogLine, createdAt: number): string[] {
  const { err, ...rest } = fields;
  const cause = typeof err === "object" && err !== null && "message" in err ? { error: err.message } : {};
  const more = Object.entries({ ...rest, ...cause }).map(
    ([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  const at = `${((time - createdAt) / 1000).toFixed(1)} s`;
  return [at, level >= WARNING ? "!" : "", part, text, more.join(" ")];
}
