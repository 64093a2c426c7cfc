import { channelKey, isSeenFrom, type Job } from "../domain/model.js";
import type { JobCounts, QueuePosition } from "../queue/queue.js";
import { sentence } from "../shared/sentences/sentence.js";
import { duration, plain } from "../shared/text.js";
import { type Command, type CommandContext, defineCommand } from "./command.js";

const SHOWN = 15;

/** `/queue`: who is being served, and how long it will take. */
export const queueCommand: Command = defineCommand({
  name: "queue",
  help: "Show what is running and what is waiting, how long it will take, and how many jobs you have left",
  options: {},
  examples: ["/queue"],
  async run(_values, context) {
    const positions = context.app.queue.positions();
    const caps = capsText(context);
    const notice = context.app.queue.announcement?.();
    if (positions.length === 0) return context.replyEphemeral(sentence("queue.empty", { notice, caps }));
    const shown = positions.filter(({ job }, index) => index < SHOWN || isMine(job, context));
    const rows = shown.map((position) => row(position, context));
    const hidden = positions.length - shown.length;
    const lines = [notice, ...rows, hidden > 0 && sentence("queue.more", { hidden }), caps];
    await context.replyEphemeral(lines.filter(Boolean).join("\n"));
  },
});

function isMine({ channel, author }: Job, context: CommandContext): boolean {
  return channel.platform === context.channel.platform && author.id === context.user.id;
}

/** How much of what is allowed here is used up, by the person who asks and by the channel. */
function capsText({ app, user, channel }: CommandContext): string {
  const { caps } = app.botOptions;
  const counts = app.queue.counts({ channel, author: user });
  const used = ({ open, started }: JobCounts, most: number, anHour: number) =>
    sentence("queue.used", { open, most, started, anHour });
  const {
    perPerson,
    perPersonHour,
    perChannel = caps.perChannel,
    perChannelHour = caps.perChannelHour,
  } = app.settings.caps(channel);
  const mine = used(counts.person, caps.perPerson, caps.perHour);
  const own = perPerson !== undefined || perPersonHour !== undefined;
  const mineHere = own ? used(counts.both, perPerson ?? caps.perPerson, perPersonHour ?? caps.perHour) : undefined;
  return sentence("queue.caps", { mine, mineHere, all: used(counts.channel, perChannel, perChannelHour) });
}

/** Of jobs in other channels, and in threads, which may be private, only the time is shown. */
function row({ job, position, waitSeconds, runSeconds }: QueuePosition, context: CommandContext): string {
  const mine = isMine(job, context);
  const here =
    channelKey(job.channel) === channelKey(context.channel) && isSeenFrom(job, context.channel, context.user);
  const shown = mine || here;
  const title = context.app.recipes.get(job.recipe)?.title(job.params) ?? job.recipe;
  const author = mine ? undefined : plain(job.author.name);
  const what = shown ? sentence("queue.job", { title, author, id: job.id }) : sentence("queue.elsewhere");
  if (position === 0) return `▶ ${what}: ${sentence("queue.running", { duration: duration(runSeconds) })}`;
  return `${position}. ${what}: ${sentence("job.starts-in", { duration: duration(waitSeconds) })}`;
}
