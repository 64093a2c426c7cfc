import type { Job } from "../../domain/model.js";
import type { Button } from "../../port/messages.js";
import type { Mark } from "../../shared/metadata/mark.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { cutText, inCode, plain } from "../../shared/text.js";
import { type Command, type CommandContext, defineCommand } from "../command.js";
import type { FoundImage } from "../images/find-image.js";
import { findSeveral, MOST_TOGETHER, refusalOf } from "../images/find-several.js";
import { imageOption, isLeftOpen } from "../images/image-option.js";
import { checkNotWithheld } from "../images/may-use.js";
import { buttonId, creditLine, lineNotes } from "../presenting/texts.js";
import { UserError } from "../user-error.js";
import { makingOf, readMarkedLine } from "./making.js";
import { commandLine } from "./recipe.js";
import { recipeOf } from "./repeat.js";

/** `/made`, and "Show how it was made" in a message's menu: of a result, and of one that was posted again. */
export const madeCommand: Command = defineCommand({
  name: "made",
  help: "Show how a picture of mine was made, even one that was downloaded and posted again",
  options: { picture: imageOption({ help: "The picture", many: MOST_TOGETHER }) },
  examples: ["/made", "/made https://example.org/dream.png"],
  needsPicture: ({ picture }) => isLeftOpen(picture),
  async run({ picture }, context) {
    const { images, count } = await findSeveral(context, context.app.botOptions.pictures, picture);
    if (images.length === 0) throw new UserError("image.none", { line: "/made", noise: false });
    const answers: (readonly [number, Answer | UserError])[] = [];
    for (const { number, image } of images)
      answers.push([number, image instanceof UserError ? image : await answerOf(image, context).catch(refusalOf)]);
    const [[, first] = []] = answers;
    if (first instanceof UserError && answers.every(([, answer]) => answer instanceof UserError)) throw first;
    const several = count > 1;
    for (const [number, answer] of answers) {
      const { text, buttons = [] } = answer instanceof UserError ? { text: answer.message } : answer;
      await context.replyEphemeral(several ? sentence("made.of-several", { number, text }) : text, buttons);
    }
    const most = images.length;
    if (count > most) await context.replyEphemeral(sentence("image.more-there", { count, most }));
  },
});

interface Answer {
  readonly text: string;
  readonly buttons?: readonly Button[];
}

/** @throws UserError where nothing says how it was made, or moderators have hidden it */
async function answerOf(image: FoundImage, context: CommandContext): Promise<Answer> {
  const making = await makingOf(image, context);
  if (!making) throw new UserError("made.nothing");
  if ("mark" in making) return { text: markText(making.mark, context) };
  const { job, claimed } = making;
  checkNotWithheld(job);
  const again = { label: sentence("button.again"), emoji: "🔁", style: "primary" } as const;
  return { text: jobText(job, claimed, context), buttons: [{ id: buttonId({ verb: "again" }, job.id), ...again }] };
}

function jobText(job: Job, claimed: boolean, { app }: CommandContext): string {
  const { id, author, params, pictures, result, credits } = job;
  const recipe = recipeOf(job, app.recipes);
  const title = plain(recipe.title(params));
  const heading = sentence("made.job", { title, author: plain(author.name), id, claimed });
  const line = commandLine(recipe, { ...params, ...(result && { seed: result.seed }) }, pictures);
  return told(heading, creditLine(credits), line, lineNotes(recipe, job, result ?? {}));
}

/** Characters that are shown of what a stranger's file says in words. */
const MOST_SAID = 300;

function markText(mark: Mark, context: CommandContext): string {
  const { line, needsPicture } = readMarkedLine(mark, context);
  const notes = needsPicture ? sentence("result.unnamed", { images: ["image"] }) : "";
  const credits = mark.credits === undefined ? "" : cutText(plain(mark.credits), MOST_SAID);
  const heading =
    mark.preset === undefined ? sentence("made.elsewhere") : sentence("made.preset", { name: mark.preset });
  return told(heading, credits, line, notes);
}

function told(...[heading, credits, line, notes]: readonly [string, string, string, string]): string {
  return [heading, credits, `\`\`\`\n${inCode(line)}\n\`\`\``, notes].filter(Boolean).join("\n");
}
