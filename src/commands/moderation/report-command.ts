import type { Job } from "../../domain/model.js";
import { type Command, type CommandContext, defineCommand } from "../command.js";
import { textOption } from "../parsing/options.js";
import { findJobById, JOB_ID_OPTION } from "../recipes/again.js";
import { UserError } from "../user-error.js";
import { reportJob } from "./report.js";

/** `/report`, and "Report" in a message's menu: tells the moderators of a work. */
export const reportCommand: Command = defineCommand({
  name: "report",
  help: "Tell the moderators about a work that should not be here",
  options: {
    job: textOption({
      ...JOB_ID_OPTION,
      help: "The job's id or its first 4 characters; by default the work in the message you reply to or chose",
    }),
  },
  examples: ["/report 7KQ4M9XA"],
  async run({ job: id }, context) {
    const job = await reportedJob(id, context);
    await context.replyEphemeral(await reportJob(job, context, context.app));
  },
});

async function reportedJob(id: string | undefined, context: CommandContext): Promise<Job> {
  if (id !== undefined) return findJobById(context, id);
  const { repliesTo } = context.event;
  const job = repliesTo && (await context.app.jobs.ofMessage(repliesTo));
  if (!job) throw new UserError(repliesTo ? "report.no-work" : "report.which");
  return job;
}
