import { ChatError } from "../../port/chat-error.js";
import type { GalleryViewer, GalleryWork } from "../../port/gallery.js";
import type { OutgoingMessage } from "../../port/messages.js";
import { readJobId } from "../../queue/job-id.js";
import { nearest } from "../../shared/nearest.js";
import { sentence } from "../../shared/sentences/sentence.js";
import type { StoredJob } from "../../store/job-record.js";
import { type Command, type CommandContext, defineCommand } from "../command.js";
import { choiceOption, flagOption, integerOption, textOption } from "../parsing/options.js";
import { fitToChannel } from "../presenting/fit-channel.js";
import { mayManage } from "../presenting/permission.js";
import { plain } from "../presenting/plain.js";
import { maySee } from "../recipes/again.js";
import { UserError } from "../user-error.js";
import { MOST_PAGES, pageMessage } from "./page-message.js";
import { createGallery } from "./service.js";

/** `/gallery`: what a community has made. */
export const galleryCommand: Command = defineCommand({
  name: "gallery",
  help: "Show what was made here, by date or by favourites; remove your own works and restore them",
  options: {
    action: {
      ...choiceOption({
        help: "What to do",
        choices: [
          { value: "list", label: "Show a page of works" },
          { value: "show", label: "Show one with what it came from and what was made from it" },
          { value: "remove", label: "Remove your own from the gallery" },
          { value: "restore", label: "Restore it" },
        ],
        default: "list",
      }),
      positional: true,
    },
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
    page: integerOption({ help: "The page to begin with", minimum: 1, maximum: MOST_PAGES, default: 1 }),
  },
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
  async run(values: Values, context) {
    const action = values.action ?? (values.job === undefined ? "list" : "show");
    if (action === "list") return list(values, context);
    const job = await findWork(values.job, action, context);
    if (action === "show") return show(job, context);
    return hide(job, action === "remove", context);
  },
});

interface Values {
  readonly action?: string;
  readonly job?: string;
  readonly by?: string;
  readonly mine?: boolean;
  readonly person?: string;
  readonly here?: boolean;
  readonly page?: number;
}

async function list({ by, mine, person, here, page = 1 }: Values, context: CommandContext): Promise<void> {
  const { chat, channel } = context;
  if (mine && person !== undefined) throw new UserError("gallery.mine-or-person");
  const author = mine ? context.user.id : person === undefined ? undefined : findPerson(person, context);
  const { closed, restricted } = await chat.describe(channel);
  const message = await pageMessage(
    {
      by: by === "favourites" ? "favourites" : "date",
      // What a closed place has made is shown there only, and it is what people there mean.
      here: here ?? (closed || restricted),
      ...(author === undefined ? {} : { author }),
      page,
    },
    context,
    context.app,
  );
  if (!message) {
    return context.replyEphemeral(sentence("gallery.empty"));
  }
  await context.replyPublic(message);
}

/** A person by name or by mention, among those who have works here. */
function findPerson(typed: string, { app, channel }: CommandContext): string {
  const { platform, community } = channel;
  const authors = app.store.gallery.authors({ platform, community }, 1000);
  const mention = /^<@!?([\w-]+)(?:\|[^>]*)?>$/.exec(typed)?.[1];
  const name = typed.replace(/^@/, "").toLowerCase();
  const found = authors.find((author) => author.id === mention || author.name.toLowerCase() === name);
  if (found) return found.id;
  const near = nearest(
    name,
    authors.map((author) => author.name),
  );
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
  if (!mayManage(context.user, job)) {
    throw new UserError("gallery.foreign", { owner: plain(job.author.name) });
  }
  const { id } = job;
  context.app.store.jobs.setHidden(id, hidden);
  const text = hidden ? sentence("gallery.removed", { id }) : sentence("gallery.restored", { id });
  await context.replyEphemeral(text);
}

/** Steps of the chain that are told in words. */
const TOLD = 6;

async function show(job: StoredJob, context: CommandContext): Promise<void> {
  const { chat, app, user, channel: place, replyPublic: announce } = context;
  const { platform, community, id: channel } = place;
  const viewer: GalleryViewer = { user, platform, community, channel };
  const gallery = createGallery(app);
  try {
    const work = await gallery.work(job.id, viewer);
    const picture = await gallery.picture(job.id, viewer);
    const [message] = work.messages;
    const link = message && (await chat.link(message).catch(() => undefined));
    const remixes = work.remixes.filter(({ variation }) => !variation);
    const variations = work.remixes.filter(({ variation }) => variation);
    const chain = [
      ...(work.origins.length > 0
        ? [sentence("gallery.origins", { variation: work.variation === true, works: told(work.origins, " ← ") })]
        : []),
      ...(remixes.length > 0 ? [sentence("gallery.remixes", { works: told(remixes, ", ") })] : []),
      ...(variations.length > 0 ? [sentence("gallery.variations", { works: told(variations, ", ") })] : []),
    ];
    const hearts = work.hearts > 0 ? ` · ❤️ ${work.hearts}` : "";
    const lines = [
      `**${plain(work.title)}** by ${plain(work.author.name)}${hearts} · \`${work.job}\`${link === undefined ? "" : ` · [the message](${link})`}`,
      ...(work.credits ? [work.credits] : []),
      ...chain,
      `\`\`\`\n${work.line}\n\`\`\``,
    ];
    const shown = {
      ...picture,
      description: `${work.title} by ${work.author.name}`,
      ...(work.spoiler ? { spoiler: true } : {}),
    };
    const buttons: OutgoingMessage["buttons"] = [
      { id: work.again, label: sentence("button.again"), emoji: "🔁", style: "primary" },
    ];
    await announce(await fitToChannel(chat, place, { text: lines.join("\n"), pictures: [shown], buttons }));
  } catch (error) {
    if (error instanceof ChatError && error.kind === "gone")
      throw new UserError("gallery.image-gone", {}, { cause: error });
    throw error;
  }
}

function told(works: readonly GalleryWork[], between: string): string {
  const words = works
    .slice(0, TOLD)
    .map(({ title, author, job }) =>
      sentence("gallery.by", { title: plain(title), author: plain(author.name), id: job }),
    );
  return sentence("list.more", { list: words.join(between), hidden: Math.max(0, works.length - TOLD) });
}
