import { isSeenFrom, type Job, readJobId, versionOf } from "../../domain/model.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { type Command, type CommandContext, defineCommand } from "../command.js";
import { textOption } from "../parsing/options.js";
import { readText } from "../parsing/read-values.js";
import { UserError } from "../user-error.js";
import type { Recipe } from "./recipe.js";
import { recipeOf, repeatJob } from "./repeat.js";

/** An option that takes a job's id. */
export const JOB_ID_OPTION = {
  expected: "a job's id, such as 7KQ4M9XA, or its first 4 characters",
  read: readJobId,
  positional: true,
} as const;

/** `/again`: a job once more, with another seed or with changes. */
export const againCommand: Command = defineCommand({
  name: "again",
  help: "Make a job again: with another seed, or with the same seed and changes",
  options: {
    job: textOption({
      ...JOB_ID_OPTION,
      help: "The job's id or its first 4 characters; your latest job when left out",
    }),
    changes: textOption({
      help: "Options of the job's own command with other values, as strength:0.8 size:768",
      expected: "options with values, such as strength:0.8",
      read: (typed) => typed.trim() || undefined,
      collects: true,
    }),
  },
  examples: ["/again", "/again 7KQ4", "/again 7KQ4M9XA strength:0.8", "/again 7KQ4 size:768 seed:random"],
  async run({ job: id, changes = "" }, context) {
    const job = await findJob(context, id);
    const recipe = recipeOf(job, context.app.recipes);
    await repeatJob(job, changes === "" ? {} : readText(changeCommand(recipe, job), changes), context, context.app);
    const changed = versionOf(job) !== recipe.version;
    if (changed) await context.replyEphemeral(sentence("again.version", { command: recipe.command, id: job.id }));
  },
});

/** What may be changed of a job, as a command that is only read. What is left out stays as it was. */
function changeCommand(recipe: Recipe, { id }: Job): Command {
  return {
    name: recipe.command,
    help: "",
    options: recipe.options,
    examples: [`/again ${id} size:512`],
    run: async () => undefined,
  };
}

async function findJob(context: CommandContext, id: string | undefined): Promise<Job> {
  if (id !== undefined) return findJobById(context, id);
  const { platform, community } = context.channel;
  const latest = await context.app.jobs.latest({ platform, community, author: context.user.id });
  if (!latest) throw new UserError("again.none");
  return latest;
}

/** @throws UserError when there is none of this id that this person may see, or there are several */
export async function findJobById(context: CommandContext, id: string): Promise<Job> {
  const { platform, community } = context.channel;
  const all = await context.app.jobs.find({ platform, community, prefix: id });
  const found = all.filter((job) => maySee(job, context));
  const [only, another] = found;
  if (!only) throw new UserError("again.unknown", { id });
  if (another) throw new UserError("job.ambiguous", { ids: found.map((job) => job.id).join(", "), prefix: id });
  return only;
}

/** A short id is easy to guess: a job from where not everybody reads is found there only, or by its author. */
export function maySee(job: Job, { channel, user }: Pick<CommandContext, "channel" | "user">): boolean {
  return isSeenFrom(job, channel) || job.author.id === user.id;
}
