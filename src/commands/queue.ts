import type { Standing } from "../queue/queue.js";
import { type Command, type CommandContext, defineCommand } from "./command.js";
import { duration } from "./present/words.js";

const SHOWN = 15;

/** `/queue`: who is being served, and how long it will take. */
export const queueCommand: Command = defineCommand({
  name: "queue",
  help: "Shows what runs and what waits, with the expected times",
  options: {},
  examples: ["/queue"],
  async run(_values, context) {
    // What happens in other channels, which may be private, is not told; only that it takes its time.
    const line = context.desk.queue.line();
    if (line.length === 0) return context.whisper("Nobody is waiting: the next job starts at once.");
    const mine = line.filter(({ job }) => job.place.platform === context.place.platform && job.author.id === context.person.id);
    const shown = [...line.slice(0, SHOWN), ...mine.filter((standing) => line.indexOf(standing) >= SHOWN)];
    const rows = shown.map((standing) => row(standing, context));
    const hidden = line.length - shown.length;
    return context.whisper([...rows, ...(hidden > 0 ? [`... and ${hidden} more`] : [])].join("\n"));
  },
});

function row(standing: Standing, { person, place, desk }: CommandContext): string {
  const { job, waitSeconds, runSeconds } = standing;
  const mine = job.place.platform === place.platform && job.author.id === person.id;
  const here = job.place.platform === place.platform && job.place.community === place.community && job.place.channel === place.channel;
  const title = desk.recipes.get(job.recipe)?.title(job.params) ?? job.recipe;
  const what = mine || here ? `${title}, ${mine ? "**yours**" : `by ${job.author.name}`} (\`${job.id}\`)` : "A job in another channel";
  const when = standing.place === 0 ? `running, about ${duration(runSeconds)} left` : `starts in about ${duration(waitSeconds)}`;
  return `${standing.place === 0 ? "▶" : `${standing.place}.`} ${what}: ${when}`;
}
