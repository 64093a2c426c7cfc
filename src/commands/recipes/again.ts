import { type Job, readJobId, versionOf } from "../../domain/model.js";
import type { Mark } from "../../shared/metadata/mark.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { inCode } from "../../shared/text.js";
import { type Command, type CommandContext, defineCommand } from "../command.js";
import { findImage } from "../images/find-image.js";
import { imageOption, type WantedImage } from "../images/image-option.js";
import { textOption } from "../parsing/options.js";
import { readText } from "../parsing/read-values.js";
import { UserError } from "../user-error.js";
import { type Making, makingOf, readMarkedLine } from "./making.js";
import { maySee } from "./may-see.js";
import { type Params, type Recipe, randomSeed } from "./recipe.js";
import { recipeOf, repeatJob } from "./repeat.js";
import { startJob } from "./start-job.js";

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
    picture: imageOption({ help: "Instead of an id: a picture I made, even one that was downloaded and posted again" }),
    changes: textOption({
      help: "Options to change, such as strength:0.8 size:768",
      expected: "options with values, such as strength:0.8",
      read: (typed) => typed.trim() || undefined,
      collects: true,
    }),
  },
  examples: [
    "/again",
    "/again 7KQ4",
    "/again 7KQ4M9XA strength:0.8",
    "/again 7KQ4 size:768 seed:random",
    "/again https://example.org/dream.png",
  ],
  async run({ job: id, picture, changes = "" }, context) {
    const making = id === undefined ? await shown(picture, context) : undefined;
    if (making && "mark" in making) return makeAsMarked(making.mark, changes, context);
    const job = making?.job ?? (await findJob(context, id));
    const recipe = recipeOf(job, context.app.recipes);
    await repeatJob(job, readChanges(recipe, job.id, changes), context, context.app);
    const changed = versionOf(job) !== recipe.version;
    if (changed) await context.replyEphemeral(sentence("again.version", { command: recipe.command, id: job.id }));
  },
});

/** What may be changed of a job, as a command that is only read. What is left out stays as it was. */
function readChanges(recipe: Recipe, id: string, changes: string): Params {
  if (changes === "") return {};
  const command: Command = {
    name: recipe.command,
    help: "",
    options: recipe.options,
    examples: [`/again ${id} size:512`],
    run: async () => undefined,
  };
  return readText(command, changes);
}

/** How the picture was made that is sent, answered or named; undefined where there is none. */
async function shown(picture: WantedImage | undefined, context: CommandContext): Promise<Making | undefined> {
  const { attachments, repliesTo } = context.event;
  if (picture === undefined && attachments.length === 0 && !repliesTo) return undefined;
  const image = await findImage(context, context.app.botOptions.pictures, picture);
  if (!image) throw new UserError("image.none", { line: "/again", noise: false });
  const making = await makingOf(image, context);
  if (!making) throw new UserError("made.nothing");
  return making;
}

/** Makes a job of what a file says, as if its line had been typed. @throws UserError where that needs its picture */
async function makeAsMarked(mark: Mark, changes: string, context: CommandContext): Promise<void> {
  const { recipe, given, line, needsPicture } = readMarkedLine(mark, context);
  if (needsPicture) throw new UserError("made.needs-picture", { line: inCode(line) });
  const changed = readChanges(recipe, mark.job ?? "", changes);
  const seed = changes === "" ? { seed: randomSeed() } : {};
  await startJob({ recipe, given: { ...given, ...seed, ...changed }, images: {} }, context, context.app);
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
