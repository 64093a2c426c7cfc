import type { Job } from "../queue/job.js";
import { readJobId } from "../queue/job-id.js";
import { type Command, type CommandContext, defineCommand, Mistake } from "./command.js";
import { dreamOptions, randomSeed } from "./dream-recipe.js";
import type { House } from "./house.js";
import { kebab, type Options, textOption } from "./options.js";
import { startJob } from "./start-job.js";

/** `/again`: a job once more, with another seed or with changes. */
export function againCommand(house: House): Command {
  const job = textOption({
    help: "The job's id or its first 4 characters; your latest job when left out",
    expected: "a job's id, such as 7KQ4M9XA, or its first 4 characters",
    read: readJobId,
    positional: true,
  });
  return defineCommand({
    name: "again",
    help: "Makes a job again: with another seed, or with the same seed and changes",
    options: { job, ...withoutDefaults(dreamOptions(house)) },
    examples: ["/again", "/again 7KQ4", "/again 7KQ4M9XA strength:0.8", "/again 7KQ4 size:768 seed:random"],
    async run({ job: id, ...changes }, context) {
      await repeat(context, await findJob(context, id), changes);
    },
  });
}

/**
 * Starts a job again. Without changes it gets a new seed, since the same one would give the very same picture.
 *
 * @throws Mistake when it cannot be repeated.
 */
export async function repeat(
  context: Pick<CommandContext, "chat" | "desk" | "person" | "place" | "announce">,
  job: Job,
  changes: Readonly<Record<string, unknown>>,
): Promise<void> {
  const recipe = context.desk.recipes.get(job.recipe);
  const pictures = await context.desk.journal.pictures(job.id);
  if (!recipe || !pictures) throw new Mistake(`Job ${job.id} is too old: its picture is no longer kept. Please send the picture again.`);
  const foreign = Object.keys(changes).find((key) => !Object.hasOwn(recipe.options, key));
  if (foreign) throw new Mistake(`Job ${job.id} is a ${recipe.name}, which has no option ${kebab(foreign)}.`);
  const params = recipe.change(job.params, Object.keys(changes).length === 0 ? { seed: randomSeed() } : changes);
  await startJob(context, { recipe, params, pictures, from: job.id });
}

async function findJob(context: CommandContext, id: string | undefined): Promise<Job> {
  const { platform, community } = context.place;
  const { journal } = context.desk;
  if (id === undefined) {
    const latest = await journal.latest({ platform, community, author: context.person.id });
    if (!latest) throw new Mistake("You have not made anything yet. Begin with `/dream`.");
    return latest;
  }
  // A short id is easy to guess, and channels may be private: somebody else's job is only found in its own channel.
  const found = (await journal.find({ platform, community, prefix: id })).filter(
    (job) => job.place.channel === context.place.channel || job.author.id === context.person.id,
  );
  const [only, another] = found;
  if (!only) throw new Mistake(`There is no job ${id} here. A job's id is in its message; \`/again\` alone takes your latest job.`);
  if (another) throw new Mistake(`${found.map((job) => job.id).join(", ")} all begin with ${id}; please give more of the id.`);
  return only;
}

/** What is left out stays as it was, so the defaults of a new job do not apply. */
function withoutDefaults<O extends Options>(options: O): O {
  const entries = Object.entries(options).map(([key, { default: _default, ...option }]) => [key, option]);
  return Object.fromEntries(entries) as O;
}
