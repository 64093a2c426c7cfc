import type { ChannelRef } from "../domain/model.js";
import { EngineError } from "../engine/process/engine.js";
import { dreamDefinition } from "../engine/recipes/dream/definition.js";
import { QueueError } from "../queue/queue.js";
import { sentence } from "../shared/sentences/sentence.js";
import { plain } from "../shared/text.js";
import type { BotOptions } from "./bot-options.js";
import { type Command, type CommandContext, defineCommand } from "./command.js";
import type { AppContext } from "./context.js";
import { type FoundImage, findImage } from "./images/find-image.js";
import { imageOption } from "./images/image-option.js";
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
        help: "The network that looks; left out, the one that dreams here, if it can name things",
        choices: able.map(({ id, help }) => ({ value: id, label: help })),
      }),
      picture: imageOption({ help: "The picture to look at" }),
    },
    examples: ["/see", ...(first ? [`/see network:${first.id}`] : []), "/see https://example.org/photo.jpg"],
    needsPicture: ({ picture = "latest" }) => picture === "latest",
    async run({ network: asked, picture }, context) {
      const { app, user, channel } = context;
      const network = asked ?? usualNetwork(able, channel, app);
      const image = await findImage(context, app.botOptions.pictures, picture);
      if (!image) throw new UserError("image.none", { line: "/see", noise: false });
      const person = `${channel.platform}:${user.id}`;
      const labels = await said(app.queue.classify({ picture: image.bytes, network, person }));
      const text = sentence("see.answer", { network, whose: await makerOf(image, context), labels });
      // What its author has hidden is not told to everybody.
      if (image.source?.spoiler) await context.replyEphemeral(text);
      else await context.replyPublic({ text });
    },
  });
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
