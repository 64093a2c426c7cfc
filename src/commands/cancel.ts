import { type Job, mayManage, readJobId, sameCommunity } from "../domain/model.js";
import type { QueuePosition } from "../queue/queue.js";
import { sentence } from "../shared/sentences/sentence.js";
import { plain } from "../shared/text.js";
import { type Command, type CommandContext, defineCommand } from "./command.js";
import { textOption } from "./parsing/options.js";
import { maySee } from "./recipes/may-see.js";
import { UserError } from "./user-error.js";

/** `/cancel`: takes jobs back. */
export const cancelCommand: Command = defineCommand({
  name: "cancel",
  help: "Cancel your latest job, one by its id, or all of yours",
  options: {
    job: textOption({
      help: "The job's id or its first 4 characters, or all; your latest job when left out",
      expected: "all, a job's id, or its first 4 characters",
      read: (typed) => (typed.trim().toLowerCase() === "all" ? "all" : readJobId(typed)),
      positional: true,
    }),
  },
  examples: ["/cancel", "/cancel 7KQ4", "/cancel all"],
  async run({ job }, context) {
    const chosen = choose(context, job);
    const ended = chosen.filter(({ job: { id } }) =>
      context.app.queue.cancel(id, { by: "person", name: context.user.name }),
    );
    for (const position of ended) context.app.moderation.noteOnOthers(context.user, "cancel-job", position.job);
    const ids = ended.map(({ job: { id } }) => id).join(", ");
    await context.replyEphemeral(ended.length === 0 ? sentence("cancel.too-late") : sentence("cancel.done", { ids }));
  },
});

function choose(context: CommandContext, wanted: string | undefined): readonly QueuePosition[] {
  const here = context.app.queue.positions().filter(({ job }) => sameCommunity(job.channel, context.channel));
  if (wanted === undefined || wanted === "all") {
    const mine = here.filter(({ job }) => job.author.id === context.user.id);
    if (mine.length === 0) throw new UserError("cancel.none");
    if (wanted === "all") return mine;
    return mine
      .toReversed()
      .sort((a, b) => b.job.createdAt - a.job.createdAt)
      .slice(0, 1);
  }
  const named = here.filter(({ job }) => job.id.startsWith(wanted) && isKnownTo(job, context));
  const [first, another] = named;
  if (!first) throw new UserError("cancel.unknown", { id: wanted });
  if (another) throw new UserError("cancel.ambiguous", { id: wanted });
  if (!mayManage(context.user, first.job, context.channel))
    throw new UserError("cancel.foreign", { id: first.job.id, owner: plain(first.job.author.name) });
  return named;
}

/** A short id is easy to guess: of others' jobs in closed places nothing is said, not even that there are any. */
function isKnownTo(job: Job, context: CommandContext): boolean {
  return maySee(job, context) || mayManage(context.user, job, context.channel);
}
