import type { Standing } from "../queue/queue.js";
import type { JobScope } from "../store/jobs.js";
import { type Command, type CommandContext, defineCommand } from "./command.js";
import { duration } from "./presenting/words.js";

const SHOWN = 15;

/** `/queue`: who is being served, and how long it will take. */
export const queueCommand: Command = defineCommand({
  name: "queue",
  help: "Shows what runs and what waits, with the expected times, and what you may still ask for",
  options: {},
  examples: ["/queue"],
  async run(_values, context) {
    // What happens in other channels, which may be private, is not told; only that it takes its time.
    const line = context.desk.queue.line();
    const caps = capsText(context);
    const notice = context.desk.queue.notice?.();
    if (line.length === 0)
      return context.whisper(`${notice ?? "Nobody is waiting: the next job starts at once."}\n${caps}`);
    const mine = line.filter(
      ({ job }) => job.place.platform === context.place.platform && job.author.id === context.person.id,
    );
    const shown = [...line.slice(0, SHOWN), ...mine.filter((standing) => line.indexOf(standing) >= SHOWN)];
    const rows = shown.map((standing) => row(standing, context));
    const hidden = line.length - shown.length;
    return context.whisper(
      [
        ...(notice === undefined ? [] : [notice]),
        ...rows,
        ...(hidden > 0 ? [`... and ${hidden} more`] : []),
        caps,
      ].join("\n"),
    );
  },
});

const HOUR_MS = 3_600_000;

/** How much of what is allowed here is used up, by the person who asks and by the channel. */
function capsText({ desk, person, place }: CommandContext): string {
  const { platform, community, channel } = place;
  const { caps } = desk.house;
  const set = desk.settings.caps(place);
  const since = Date.now() - HOUR_MS;
  const here = { platform, community, channel };
  const used = (scope: JobScope, most: number, mostAnHour: number) => {
    const { jobs } = desk.store;
    return `${jobs.countUnfinished(scope)} of ${most} unfinished, ${jobs.countSince(scope, since)} of ${mostAnHour} in the last hour`;
  };
  const mine = used({ platform, author: person.id }, caps.perPerson, caps.perHour);
  const own = set.perPerson !== undefined || set.perPersonHour !== undefined;
  const mineHere = used(
    { ...here, author: person.id },
    set.perPerson ?? caps.perPerson,
    set.perPersonHour ?? caps.perHour,
  );
  const all = used(here, set.perChannel ?? caps.perChannel, set.perChannelHour ?? caps.perChannelHour);
  return `You: ${mine}${own ? `; in this channel: ${mineHere}` : ""}. This channel: ${all}.`;
}

function row(standing: Standing, { person, place, desk }: CommandContext): string {
  const { job, waitSeconds, runSeconds } = standing;
  const mine = job.place.platform === place.platform && job.author.id === person.id;
  const here =
    job.place.platform === place.platform &&
    job.place.community === place.community &&
    job.place.channel === place.channel;
  const title = desk.recipes.get(job.recipe)?.title(job.params) ?? job.recipe;
  const what =
    mine || here
      ? `${title}, ${mine ? "**yours**" : `by ${job.author.name}`} (\`${job.id}\`)`
      : "A job in another channel";
  const when =
    standing.place === 0 ? `running, about ${duration(runSeconds)} left` : `starts in about ${duration(waitSeconds)}`;
  return `${standing.place === 0 ? "▶" : `${standing.place}.`} ${what}: ${when}`;
}
