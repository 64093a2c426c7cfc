import { moderatesAll } from "../../domain/model.js";
import { defined } from "../../shared/defined.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { plain } from "../../shared/text.js";
import { readEmoji, sameEmoji } from "../../shared/typed.js";
import type { Style as OwnStyle } from "../../store/styles.js";
import { type Command, type CommandContext, defineCommand } from "../command.js";
import { findImage } from "../images/find-image.js";
import { imageOption, isLeftOpen, isNumbered } from "../images/image-option.js";
import { provenanceOf } from "../images/provenance.js";
import { stylesFor } from "../outsiders.js";
import { choiceOption, type Option, textOption, type ValuesOf } from "../parsing/options.js";
import { fitToChannel } from "../presenting/deliver.js";
import { UserError } from "../user-error.js";
import { addStyle } from "./add-style.js";
import { contactSheet } from "./contact-sheet.js";
import { findStyle } from "./style-library.js";
import { checkStyleEmoji, checkStyleName } from "./style-name.js";
import { styleScope } from "./style-scope.js";

const NAME = /^[a-z][a-z0-9-]{1,19}$/;

const name = (help: string, more: Pick<Option, "positional" | "completes"> = {}) =>
  textOption({
    help,
    expected: "a word of 2 to 20 letters, digits and dashes, such as rust",
    read: (typed) => {
      const word = typed.trim().toLowerCase();
      return NAME.test(word) || readEmoji(word) ? word : undefined;
    },
    ...more,
  });

const options = {
  action: choiceOption({
    help: "What to do",
    choices: [
      { value: "list", label: "Show all of them" },
      { value: "show", label: "Show one" },
      { value: "add", label: "Add the latest or attached picture as a style" },
      { value: "rename", label: "Rename your own" },
      { value: "remove", label: "Remove your own" },
    ],
    default: "list",
    positional: true,
  }),
  name: name("The style's name", { positional: true, completes: "styles" }),
  emoji: textOption({
    help: "The reaction that chooses it",
    expected: "one emoji, such as 🍂",
    read: readEmoji,
  }),
  to: name("Its new name"),
  picture: imageOption({ help: "The picture to add" }),
};

type Values = ValuesOf<typeof options>;

/** `/style`: the styles that may be named here, and a community's own ones. */
export const styleCommand: Command = defineCommand({
  name: "style",
  help: "List and show styles, and add, rename or remove your community's own",
  options,
  examples: [
    "/style",
    "/style show winter",
    "/style add name:rust emoji:🍂",
    "/style rename rust to:autumn-rust",
    "/style remove rust",
  ],
  needsPicture: ({ action, picture }) => action === "add" && isLeftOpen(picture),
  async run(values, context) {
    await ACTIONS[values.action ?? (values.name === undefined ? "list" : "show")]?.(values, context);
  },
});

const ACTIONS: Readonly<Record<string, (values: Values, context: CommandContext) => Promise<void>>> = {
  async list(_values, { app, channel, user, replyPublic }) {
    const styles = await stylesFor(user, app.styles).list(channel);
    const lines = styles.map(({ emoji, name, help }) => `${emoji} \`${name}\` ${plain(help)}`);
    const text = [sentence("styles.heading"), ...lines].join("\n");
    await replyPublic({ text, pictures: [await contactSheet(styles)] });
  },

  async show(values, { chat, app, channel, user, replyPublic }) {
    const style = await findStyle(
      stylesFor(user, app.styles),
      channel,
      needed(values.name, "name", "/style show winter"),
    );
    const { name, emoji, help, opposite } = style;
    const description = sentence("style.description", { name });
    const picture = { bytes: await style.picture(), name: `${name}.jpg`, type: "image/jpeg", description };
    const text = `${emoji} **${name}**: ${sentence("style.shown", { help: plain(help), opposite })}`;
    await replyPublic(await fitToChannel(chat, channel, { text, pictures: [picture] }));
  },

  async add({ name, emoji, picture }, context) {
    const { app, channel, user } = context;
    const line = "/style add name:rust emoji:🍂";
    const word = needed(name, "name", line);
    const { emoji: mark, own } = needed(emoji, "emoji", line);
    if (own && !context.chat.capabilities.ownEmoji) throw new UserError("style.own-emoji", { emoji: mark, line });
    if (!NAME.test(word)) throw new UserError("style.name", { line });
    checkStyleName(word, context);
    checkStyleEmoji(mark);
    const taken = (await app.styles.list(channel)).find((style) => style.name === word || sameEmoji(style.emoji, mark));
    const clash = taken?.name === word ? word : undefined;
    if (taken) throw new UserError("style.taken", { style: taken.name, name: clash, emoji: mark });
    const found = await findImage(context, app.botOptions.pictures, picture);
    if (!found) throw new UserError("style.no-image", { line });
    if ((await provenanceOf([found], user, app.jobs)).spoiler) throw new UserError("style.spoiler");
    await addStyle({ name: word, emoji: mark, author: user, image: found }, channel, app);
    const added = sentence("style.added", { emoji: mark, name: word, by: plain(user.name) });
    // Those that come with other commands have meanings of their own.
    const count = context.event.attachments.length;
    const among = found.among ?? (count > 1 && !isNumbered(picture ?? "latest") ? { number: 1, count } : undefined);
    const others = among && sentence("style.among", { ...among, name: word, emoji: mark });
    await context.replyPublic({ text: [added, others].filter(Boolean).join("\n") });
  },

  async rename({ name, to }, context) {
    const line = "/style rename rust to:autumn-rust";
    const own = ownStyle(needed(name, "name", line), context);
    const word = needed(to, "to", line);
    if (!NAME.test(word)) throw new UserError("style.name", { line });
    checkStyleName(word, context);
    const taken = (await context.app.styles.list(context.channel)).some((style) => style.name === word);
    if (taken && word !== own.name) throw new UserError("style.name-taken", { name: word });
    context.app.store.styles.rename(own.id, word);
    noteOnOthers("rename-style", own, context, sentence("moderate.renamed", { name: word }));
    await context.replyEphemeral(sentence("style.renamed", { from: own.name, name: word }));
  },

  async remove({ name }, context) {
    const own = ownStyle(needed(name, "name", "/style remove rust"), context);
    context.app.store.styles.remove([own.id]);
    noteOnOthers("remove-style", own, context);
    await context.replyEphemeral(sentence("style.removed", { name: own.name }));
  },
};

function needed<T>(value: T | undefined, option: "name" | "emoji" | "to", line: string): T {
  if (value === undefined) throw new UserError("style.needs", { option, line });
  return value;
}

/** What moderators do to others' styles is in their log. */
function noteOnOthers(
  kind: "rename-style" | "remove-style",
  { name, author }: OwnStyle,
  { app, channel: { platform, community }, user }: CommandContext,
  detail?: string,
): void {
  if (author.id === user.id) return;
  const subject = sentence("work.by", { title: name, author: author.name });
  app.moderation.note(user, { platform, community, kind, subject, ...defined({ detail }) });
}

/** A community's own style, for those who may change it: it is offered in all channels. */
function ownStyle(wanted: string, { app, channel, user }: CommandContext): OwnStyle {
  const found = app.store.styles.find(styleScope(channel), wanted);
  if (!found) throw new UserError("style.not-own", { name: wanted });
  if (found.author.id !== user.id && !moderatesAll(user, channel))
    throw new UserError("style.foreign", { name: found.name, owner: plain(found.author.name) });
  return found;
}
