import { moderatesAll } from "../../domain/model.js";
import { MOST_CHAT_EXAMPLES, readLookName, teachDefinition } from "../../engine/recipes/teach/definition.js";
import { nearest } from "../../shared/nearest.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { StoreError } from "../../shared/store-error.js";
import { plain } from "../../shared/text.js";
import type { Look } from "../../store/looks.js";
import type { BotOptions } from "../bot-options.js";
import { type Command, type CommandContext, defineCommand } from "../command.js";
import { imageOption } from "../images/image-option.js";
import { choiceOption, textOption } from "../parsing/options.js";
import { chatOptions, type Params } from "../recipes/recipe.js";
import { startJob } from "../recipes/start-job.js";
import { styleScope } from "../styles/style-scope.js";
import { UserError } from "../user-error.js";
import { byRole, givenExamples } from "./examples.js";
import { LOOK_LIMITS } from "./taught-look.js";

const LINE = "/teach name:moths";

/** `/teach`: looks that a community has taught, and the lessons. */
export function teachCommand(botOptions: BotOptions): Command {
  const { name: nameOption, ...recipeOptions } = chatOptions(teachDefinition, botOptions);
  const options = {
    action: choiceOption({
      help: "What to do",
      choices: [
        { value: "teach", label: "Teach a look, from pictures that you attach" },
        { value: "list", label: "Show what has been taught here" },
        { value: "remove", label: "Remove a look of yours" },
      ],
      positional: true,
    }),
    name: textOption({
      help: nameOption?.help ?? "",
      expected: "a word of up to 32 small letters, digits and dashes, such as moths",
      read: readLookName,
      positional: true,
      completes: "looks",
    }),
    ...recipeOptions,
    picture: imageOption({
      help: "The pictures to learn from: attach five or more, or link a message of yours",
      many: MOST_CHAT_EXAMPLES,
    }),
  };
  return defineCommand({
    name: teachDefinition.command,
    help: teachDefinition.help,
    options,
    examples: ["/teach", LINE, "/teach name:glass channels:16", "/teach remove moths"],
    needsPicture: ({ action, name, picture = "latest" }) =>
      (action ?? (name === undefined ? "list" : "teach")) === "teach" && picture === "latest",
    async run({ action, name, picture, ...given }, context) {
      if (action === "remove") return removeLook(name, context);
      if (action === "list" || (action === undefined && name === undefined)) return listLooks(context);
      const word = name ?? needed();
      checkName(word, context);
      const examples = await givenExamples(context, picture);
      await startLesson({ ...(given as Params), name: word }, byRole(examples), context);
    },
  });
}

async function startLesson(given: Params, images: ReturnType<typeof byRole>, context: CommandContext): Promise<void> {
  const recipe = context.app.recipes.get(teachDefinition.name);
  if (!recipe) throw new Error("No recipe to teach with.");
  await startJob({ recipe, given, images, provenance: {} }, context, context.app);
}

function needed(): never {
  throw new UserError("teach.nameless");
}

/** @throws UserError where a look of that name could not be kept, before anybody waits for it */
function checkName(name: string, { app, channel, user }: CommandContext): void {
  if (app.botOptions.looks.some((look) => look.name === name)) throw new UserError("look.name-taken", { name });
  const scope = styleScope(channel);
  try {
    app.store.looks.check({ ...scope, name, author: user }, LOOK_LIMITS);
  } catch (error) {
    if (error instanceof StoreError) throw new UserError(error);
    throw error;
  }
  const other = app.queue.positions().find(({ job }) => {
    const there = styleScope(job.channel);
    const here = there.platform === scope.platform && there.community === scope.community;
    return here && job.recipe === teachDefinition.name && job.params.name === name;
  });
  if (other) throw new UserError("look.being-taught", { name, id: other.job.id });
}

async function listLooks({ app, channel, replyEphemeral }: CommandContext): Promise<void> {
  const looks = app.store.looks.list(styleScope(channel));
  if (looks.length === 0) return replyEphemeral(sentence("look.none", { line: LINE }));
  await replyEphemeral([sentence("look.heading"), ...looks.map(rowOf)].join("\n"));
}

function rowOf({ name, network, pictures, author, makers }: Look): string {
  const by = plain(author.name);
  return sentence("look.row", { name, network, pictures, by, makers: makers.map(plain) });
}

/** Its maker and moderators may. */
async function removeLook(
  name: string | undefined,
  { app, channel, user, replyEphemeral }: CommandContext,
): Promise<void> {
  const scope = styleScope(channel);
  if (name === undefined) throw new UserError("look.which", { line: "/teach remove moths" });
  const look = app.store.looks.find(scope, name);
  if (!look) {
    const names = app.store.looks.list(scope).map((each) => each.name);
    throw new UserError("look.unknown-here", { look: name, near: nearest(name, names), known: names });
  }
  const own = look.author.id === user.id;
  if (!own && !moderatesAll(user, channel))
    throw new UserError("look.foreign", { name, owner: plain(look.author.name) });
  app.store.looks.remove([look.id]);
  const { platform, community } = channel;
  const subject = sentence("work.by", { title: name, author: look.author.name });
  if (!own) app.moderation.note(user, { platform, community, kind: "remove-look", subject });
  await replyEphemeral(sentence("look.removed", { name }));
}
