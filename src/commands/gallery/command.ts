import { readJobId } from "../../domain/model.js";
import type { Chat } from "../../port/adapter.js";
import { ChatError } from "../../port/chat-error.js";
import type { GalleryDetail, GalleryViewer, GalleryWork } from "../../port/gallery.js";
import { defined } from "../../shared/defined.js";
import { nearest } from "../../shared/nearest.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { inCode, plain } from "../../shared/text.js";
import { plainName } from "../../shared/typed.js";
import type { StoredJob } from "../../store/job-rows.js";
import { type Command, type CommandContext, defineCommand } from "../command.js";
import { choiceOption, flagOption, integerOption, textOption, type ValuesOf } from "../parsing/options.js";
import { calledBy, MOST_AUTHORS } from "../people.js";
import { fitToChannel } from "../presenting/deliver.js";
import { maySee } from "../recipes/may-see.js";
import { UserError } from "../user-error.js";
import { MOST_PAGES, pageMessage, scopeOf, workText } from "./page-message.js";
import { createGallery, setHidden } from "./service.js";

const options = {
  action: choiceOption({
    help: "What to do",
    choices: [
      { value: "list", label: "Show a page of works" },
      { value: "show", label: "Show one with what it came from and what was made from it" },
      { value: "remove", label: "Remove your own from the gallery" },
      { value: "restore", label: "Restore it" },
    ],
    default: "list",
    positional: true,
  }),
  job: textOption({
    help: "The job's id or its first 4 characters, to show, remove or restore it",
    expected: "a job's id, such as 7KQ4M9XA, or its first 4 characters",
    read: readJobId,
    positional: true,
  }),
  by: choiceOption({
    help: "The order",
    choices: [
      { value: "date", label: "Newest first" },
      { value: "favourites", label: "Most favourites first" },
    ],
    default: "date",
  }),
  mine: flagOption({ help: "Only your own", default: false }),
  person: textOption({
    help: "Only this person's",
    expected: "a person's name",
    read: (typed) => typed.trim().slice(0, 100) || undefined,
  }),
  here: flagOption({ help: "Only this channel's", default: false }),
  page: integerOption({ help: "The page to start with", minimum: 1, maximum: MOST_PAGES, default: 1 }),
};

/** `/gallery`: what a community has made. */
export const galleryCommand: Command = defineCommand({
  name: "gallery",
  help: "Show what was made here, by date or by favourites; remove your own works and restore them",
  options,
  examples: [
    "/gallery",
    "/gallery by:favourites",
    "/gallery mine",
    "/gallery here page:2",
    "/gallery person:Ann by:favourites",
    "/gallery show 7KQ4M9XA",
    "/gallery remove 7KQ4M9XA",
    "/gallery restore 7KQ4",
  ],
  async run(values, context) {
    const action = values.action ?? (values.job === undefined ? "list" : "show");
    if (action === "list") return list(values, context);
    const job = await findWork(values.job, action, context);
    if (action === "show") return show(job, context);
    return hide(job, action === "remove", context);
  },
});

async function list(
  { by, mine, person, here: asked, page = 1 }: ValuesOf<typeof options>,
  context: CommandContext,
): Promise<void> {
  const { app, channel, chat, user } = context;
  if (mine && person !== undefined) throw new UserError("gallery.mine-or-person");
  const { closed, restricted, outsiders } = await chat.describe(channel);
  // Works of a closed channel are shown there only, and are what people there mean; strangers are shown no others.
  const here = user.outsider ?? asked ?? (closed || restricted || outsiders === true);
  const author = mine ? user.id : person === undefined ? undefined : findPerson(person, here, context);
  const message = await pageMessage(
    {
      by: by === "favourites" ? "favourites" : "date",
      here,
      ...defined({ author }),
      page,
    },
    context,
    app,
  );
  if (!message) return context.replyEphemeral(sentence("gallery.empty"));
  await context.replyPublic(message);
}

/** A person by name, id or mention, among those who have works in the gallery, or in that of this channel. */
function findPerson(typed: string, here: boolean, { app, channel }: CommandContext): string {
  const authors = app.store.gallery.authors(scopeOf(here, channel), MOST_AUTHORS);
  const [only, another] = calledBy(typed, authors);
  if (another) throw new UserError("person.ambiguous", { name: plain(typed) });
  if (only) return only.id;
  const names = authors.map((author) => author.name);
  const near = nearest(plainName(typed), names);
  throw new UserError("gallery.person-unknown", { name: plain(typed), near: near && plain(near) });
}

/** One finished job by its id, that this person may see. */
async function findWork(id: string | undefined, action: string, context: CommandContext): Promise<StoredJob> {
  const { platform, community } = context.channel;
  if (id === undefined) throw new UserError("gallery.which", { action });
  const jobs = context.app.store.jobs.find({ platform, community, prefix: id });
  const found = jobs.filter((job) => job.state === "done" && maySee(job, context));
  const [only, another] = found;
  if (!only) throw new UserError("gallery.unknown", { id });
  if (another) throw new UserError("job.ambiguous", { ids: found.map((job) => job.id).join(", "), prefix: id });
  return only;
}

async function hide(job: StoredJob, hidden: boolean, context: CommandContext): Promise<void> {
  const { app, user, channel, replyEphemeral } = context;
  const { id } = job;
  try {
    setHidden(job, hidden, { user, here: channel }, app);
  } catch (error) {
    if (error instanceof ChatError) throw new UserError(error);
    throw error;
  }
  await replyEphemeral(sentence(hidden ? "gallery.removed" : "gallery.restored", { id }));
}

/** Works of a chain that are named. */
const MAX_NAMED = 6;

async function show({ id }: StoredJob, { chat, app, user, channel, replyPublic }: CommandContext): Promise<void> {
  const { platform, community, id: here, thread } = channel;
  const viewer: GalleryViewer = { user, platform, community, channel: here, ...defined({ thread }) };
  const gallery = createGallery(app);
  try {
    const work = await gallery.work(id, viewer);
    const title = plain(work.title);
    const description = sentence("work.by", { title, author: plain(work.author.name) });
    const picture = { ...(await gallery.picture(id, viewer)), description, ...(work.spoiler && { spoiler: true }) };
    const again = { id: work.again, label: sentence("button.again"), emoji: "🔁", style: "primary" } as const;
    const buttons = [...work.makes, again];
    const text = [await headingOf(work, title, chat), ...chainOf(work), `\`\`\`\n${inCode(work.line)}\n\`\`\``].join(
      "\n",
    );
    await replyPublic(await fitToChannel(chat, channel, { text, pictures: [picture], buttons }));
  } catch (error) {
    if (error instanceof ChatError && error.kind === "gone")
      throw new UserError("gallery.image-gone", {}, { cause: error });
    throw error;
  }
}

async function headingOf(work: GalleryDetail, title: string, chat: Chat): Promise<string> {
  const [message] = work.messages;
  const link = message && (await chat.link(message).catch(() => undefined));
  const way = link === undefined ? "" : ` · [${sentence("gallery.message")}](${link})`;
  return `${workText(work, `**${title}**`)}${way}`;
}

/** Whom a work owes something to, what it came from, and what was made from it. */
function chainOf({ credits, origins, remixes: made, variation }: GalleryDetail): string[] {
  const [variations, remixes] = [made.filter((work) => work.variation), made.filter((work) => !work.variation)];
  const lines = [
    credits,
    origins.length > 0 && sentence("gallery.origins", { variation, works: named(origins, " ← ") }),
    remixes.length > 0 && sentence("gallery.remixes", { works: named(remixes, ", ") }),
    variations.length > 0 && sentence("gallery.variations", { works: named(variations, ", ") }),
  ];
  return lines.filter((line): line is string => Boolean(line));
}

function named(works: readonly GalleryWork[], separator: string): string {
  const names = works
    .slice(0, MAX_NAMED)
    .map(
      ({ title, author, job }) =>
        `${sentence("work.by", { title: plain(title), author: plain(author.name) })} (\`${job}\`)`,
    );
  return sentence("list.more", { list: names.join(separator), hidden: Math.max(0, works.length - MAX_NAMED) });
}
