import { moderatesAll, type User } from "../../domain/model.js";
import {
  FEWEST_EXAMPLES,
  MOST_CHAT_EXAMPLES,
  readLookName,
  teachDefinition,
} from "../../engine/recipes/teach/definition.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { plain } from "../../shared/text.js";
import type { Look } from "../../store/looks.js";
import type { BotOptions } from "../bot-options.js";
import { type Command, type CommandContext, defineCommand } from "../command.js";
import { imageOption } from "../images/image-option.js";
import { looksFor } from "../outsiders.js";
import { choiceOption, integerOption, textOption } from "../parsing/options.js";
import { chatOptions, type Params } from "../recipes/recipe.js";
import { startJob } from "../recipes/start-job.js";
import { styleScope } from "../styles/style-scope.js";
import { UserError } from "../user-error.js";
import { byRole } from "./example-pictures.js";
import { givenExamples } from "./examples.js";
import { checkLookName } from "./look-name.js";
import { unknownLook } from "./taught-look.js";

const LINE = "/teach name:moths";
const HEARTS = "hearts";
/** How long people are asked. */
const MINUTES = 60;
const MOST_MINUTES = 7 * 24 * 60;

const actionOption = choiceOption({
  help: "What to do",
  choices: [
    { value: "teach", label: "Teach a look, from pictures that you attach" },
    { value: "list", label: "Show what has been taught here" },
    { value: "remove", label: "Remove a look of yours" },
  ],
  positional: true,
});

const heartsOptions = {
  from: choiceOption({
    help: "Learn from this channel's works with the most hearts instead: their makers are asked first",
    choices: [{ value: HEARTS, label: "Works with hearts, of those who agree" }],
  }),
  minutes: integerOption({
    help: "With from: how long people are asked, in minutes",
    minimum: 1,
    maximum: MOST_MINUTES,
    default: MINUTES,
  }),
} as const;

/** `/teach`: looks that a community has taught, and the lessons. */
export function teachCommand(botOptions: BotOptions): Command {
  const { name: _named, ...recipeOptions } = chatOptions(teachDefinition, botOptions);
  const { name: named } = teachDefinition.options;
  const options = {
    action: actionOption,
    name: textOption({
      help: named.help,
      expected: named.expected ?? "",
      read: readLookName,
      positional: true,
      completes: "looks",
    }),
    ...recipeOptions,
    picture: imageOption({
      help: `The pictures to learn from: attach ${FEWEST_EXAMPLES} or more, or link a message of yours`,
      many: MOST_CHAT_EXAMPLES,
    }),
    ...heartsOptions,
  };
  return defineCommand({
    name: teachDefinition.command,
    help: teachDefinition.help,
    options,
    examples: ["/teach", LINE, "/teach name:glass channels:16", `${LINE} from:hearts`, "/teach remove moths"],
    needsPicture: ({ action, name, from, picture = "latest" }) =>
      from === undefined && (action ?? (name === undefined ? "list" : "teach")) === "teach" && picture === "latest",
    async run({ action, name, picture, from, minutes, ...given }, context) {
      if (action === "remove") return removeLook(name, context);
      const nothing = name === undefined && from === undefined;
      if (action === "list" || (action === undefined && nothing)) return listLooks(context);
      const word = name ?? needed();
      checkLookName(word, context, context.app);
      if (from !== undefined) {
        if (context.event.attachments.length > 0) throw new UserError("lesson.attached");
        return context.lessons.open({ ...(given as Params), name: word }, minutes ?? MINUTES, context);
      }
      if (minutes !== undefined) throw new UserError("lesson.minutes");
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

async function listLooks({ app, channel, user, replyEphemeral }: CommandContext): Promise<void> {
  const looks = looksFor(user, app.store.looks).list(styleScope(channel));
  if (looks.length === 0) return replyEphemeral(sentence("look.none", { line: LINE }));
  await replyEphemeral([sentence("look.heading"), ...looks.map(rowOf)].join("\n"));
}

function rowOf({ name, network, pictures, author, makers }: Look): string {
  const by = plain(author.name);
  return sentence("look.row", { name, network, pictures, by, makers: makers.map(toName) });
}

function toName({ name }: User): string {
  return plain(name);
}

/** Those who taught it or whose works it was taught from may, and moderators. */
async function removeLook(
  name: string | undefined,
  { app, channel, user, replyEphemeral }: CommandContext,
): Promise<void> {
  const scope = styleScope(channel);
  if (name === undefined) throw new UserError("look.which", { line: "/teach remove moths" });
  // Whose works are in one may remove it, also from outside.
  const look = app.store.looks.find(scope, name);
  const named = looksFor(user, app.store.looks).list(scope);
  if (!look)
    throw unknownLook(
      name,
      named.map((each) => each.name),
    );
  const { author, makers } = look;
  const own = [author, ...makers].some(({ id }) => id === user.id);
  if (!own && !moderatesAll(user, channel))
    throw new UserError("look.foreign", { name, owner: plain(author.name), makers: makers.map(toName) });
  app.store.looks.remove([look.id]);
  const { platform, community } = channel;
  const subject = sentence("work.by", { title: name, author: author.name });
  if (!own) app.moderation.note(user, { platform, community, kind: "remove-look", subject });
  await replyEphemeral(sentence("look.removed", { name }));
}
