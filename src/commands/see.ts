import type { ChannelRef } from "../domain/model.js";
import { EngineError } from "../engine/process/engine.js";
import { dreamDefinition } from "../engine/recipes/dream/definition.js";
import { QueueError } from "../queue/queue.js";
import { sentence } from "../shared/sentences/sentence.js";
import { plain } from "../shared/text.js";
import type { BotOptions } from "./bot-options.js";
import { type Command, type CommandContext, defineCommand } from "./command.js";
import type { AppContext } from "./context.js";
import type { FoundImage } from "./images/find-image.js";
import { findSeveral, MOST_TOGETHER, refusalOf } from "./images/find-several.js";
import { imageOption, isLeftOpen } from "./images/image-option.js";
import { choiceOption } from "./parsing/options.js";
import { UserError } from "./user-error.js";

/** `/see`, and "What do you see?" in a message's menu: what a network sees in a picture, in its own words. */
export function seeCommand({ networks }: Pick<BotOptions, "networks">): Command {
  const able = networks.filter(({ classifier }) => classifier !== false);
  const [first] = able;
  return defineCommand({
    name: "see",
    help: "Tell what a network sees in a picture: its best labels, with their probabilities",
    options: {
      network: choiceOption({
        help: "The network that looks; by default the one that dreams here, if it can name things",
        choices: able.map(({ id, help }) => ({ value: id, label: help })),
      }),
      picture: imageOption({ help: "The picture to look at", many: MOST_TOGETHER }),
    },
    examples: ["/see", ...(first ? [`/see network:${first.id}`] : []), "/see https://example.org/photo.jpg"],
    needsPicture: ({ picture }) => isLeftOpen(picture),
    async run({ network: asked, picture }, context) {
      const { app, user, channel } = context;
      const network = asked ?? usualNetwork(able, channel, app);
      const { images, count } = await findSeveral(context, app.botOptions.pictures, picture);
      if (images.length === 0) throw new UserError("image.none", { line: "/see", noise: false });
      const person = `${channel.platform}:${user.id}`;
      const look = async (image: FoundImage): Promise<string> => {
        const labels = await said(app.queue.classify({ picture: image.bytes, network, person }));
        return sentence("see.answer", { network, whose: await makerOf(image, context), labels });
      };
      const answers: (string | UserError)[] = [];
      // One after the other: a person may have a few questions open.
      for (const { image } of images)
        answers.push(image instanceof UserError ? image : await look(image).catch(refusalOf));
      const text = together(answers, count);
      // What its author has hidden is not told to everybody.
      const hidden = images.some(({ image }) => !(image instanceof UserError) && image.source?.spoiler);
      if (hidden) await context.replyEphemeral(text);
      else await context.replyPublic({ text });
    },
  });
}

/** @throws UserError where nothing was seen */
function together(answers: readonly (string | UserError)[], count: number): string {
  const refusal = answers.find((answer) => answer instanceof UserError);
  if (refusal && answers.every((answer) => answer instanceof UserError)) throw refusal;
  const lines = answers.map((answer, index) => {
    const line = typeof answer === "string" ? answer : answer.message;
    return count === 1 ? line : `${index + 1}. ${line}`;
  });
  const more = count > lines.length ? [sentence("image.more-there", { count, most: lines.length })] : [];
  return [...lines, ...more].join("\n");
}

/** The network that dreams in a channel, unless it is known to name nothing. */
function usualNetwork(
  able: BotOptions["networks"],
  channel: ChannelRef,
  { recipes, settings, botOptions }: Pick<AppContext, "recipes" | "settings" | "botOptions">,
): string {
  const recipe = recipes.get(dreamDefinition.name);
  const usual = String((recipe && settings.defaults(recipe, channel).network) ?? botOptions.dream.network);
  const fits = able.length === 0 || able.some(({ id }) => id === usual);
  return fits ? usual : ((able.find(({ classifier }) => classifier) ?? able[0])?.id ?? usual);
}

/** What keeps a question from being answered is a sentence for the one who asks. */
async function said<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof QueueError || error instanceof EngineError) throw new UserError(error);
    throw error;
  }
}

async function makerOf({ source }: FoundImage, { app }: Pick<CommandContext, "app">): Promise<string | undefined> {
  const job = source?.message && (await app.jobs.ofMessage(source.message));
  const name = source?.credit ?? job?.author.name ?? source?.author?.name;
  return name === undefined ? undefined : plain(name);
}
