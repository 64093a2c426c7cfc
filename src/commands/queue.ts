import type { QueuePosition } from "../queue/queue.js";
import { sentence } from "../shared/sentences/sentence.js";
import type { JobScope } from "../store/jobs.js";
import { type Command, type CommandContext, defineCommand } from "./command.js";
import { duration } from "./presenting/words.js";

const SHOWN = 15;

/** `/queue`: who is being served, and how long it will take. */
export const queueCommand: Command = defineCommand({
  name: "queue",
  help: "Show what is running and what is waiting, with the expected times, and what you may still ask for",
  options: {},
  examples: ["/queue"],
  async run(_values, context) {
    // What happens in other channels, which may be private, is not told; only that it takes its time.
    const line = context.app.queue.positions();
    const caps = capsText(context);
    const notice = context.app.queue.announcement?.();
    if (line.length === 0) return context.replyEphemeral(sentence("queue.empty", { notice, caps }));
    const mine = line.filter(
      ({ job }) => job.channel.platform === context.channel.platform && job.author.id === context.user.id,
    );
    const shown = [...line.slice(0, SHOWN), ...mine.filter((position) => line.indexOf(position) >= SHOWN)];
    const rows = shown.map((position) => row(position, context));
    const hidden = line.length - shown.length;
    return context.replyEphemeral(
      [
        ...(notice === undefined ? [] : [notice]),
        ...rows,
        ...(hidden > 0 ? [sentence("queue.more", { hidden })] : []),
        caps,
      ].join("\n"),
    );
  },
});

const HOUR_MS = 3_600_000;

/** How much of what is allowed here is used up, by the person who asks and by the channel. */
function capsText({ app, user, channel: place }: CommandContext): string {
  const { platform, community, id: channel } = place;
  const { caps } = app.botOptions;
  const set = app.settings.caps(place);
  const since = Date.now() - HOUR_MS;
  const here = { platform, community, channel };
  const used = (scope: JobScope, most: number, mostAnHour: number) => {
    const { jobs } = app.store;
    return sentence("queue.used", {
      open: jobs.countUnfinished(scope),
      most,
      started: jobs.countSince(scope, since),
      anHour: mostAnHour,
    });
  };
  const mine = used({ platform, author: user.id }, caps.perPerson, caps.perHour);
  const own = set.perPerson !== undefined || set.perPersonHour !== undefined;
  const mineHere = used(
    { ...here, author: user.id },
    set.perPerson ?? caps.perPerson,
    set.perPersonHour ?? caps.perHour,
  );
  const all = used(here, set.perChannel ?? caps.perChannel, set.perChannelHour ?? caps.perChannelHour);
  return sentence("queue.caps", { mine, mineHere: own ? mineHere : undefined, all });
}

function row(position: QueuePosition, { user, channel, app }: CommandContext): string {
  const { job, waitSeconds, runSeconds } = position;
  const mine = job.channel.platform === channel.platform && job.author.id === user.id;
  const here =
    job.channel.platform === channel.platform &&
    job.channel.community === channel.community &&
    job.channel.id === channel.id;
  const title = app.recipes.get(job.recipe)?.title(job.params) ?? job.recipe;
  const what =
    mine || here
      ? sentence("queue.job", { title, author: mine ? undefined : job.author.name, id: job.id })
      : sentence("queue.elsewhere");
  const when =
    position.position === 0
      ? sentence("queue.running", { duration: duration(runSeconds) })
      : sentence("job.starts-in", { duration: duration(waitSeconds) });
  return `${position.position === 0 ? "▶" : `${position.position}.`} ${what}: ${when}`;
}
