/** What is stored about a person, shown to that person only, and its deletion. */
import type { Logger } from "pino";
import { type ChannelRef, channelKey, type User } from "../../domain/model.js";
import type { Chat } from "../../port/adapter.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { StoreError } from "../../shared/store-error.js";
import { plain } from "../../shared/text.js";
import { dayOf } from "../../shared/time.js";
import type { StoredJob } from "../../store/job-rows.js";
import type { MyData } from "../../store/my-data.js";
import type { CommandContext } from "../command.js";
import { DELETE_MY_DATA } from "../interactive/button-ids.js";
import { UserError } from "../user-error.js";

const MAX_WORKS = 5;
const MAX_CHANNELS = 6;
const MAX_NAMES = 10;

/** Shows a person what is stored about them on this platform. */
export async function showMyData(context: CommandContext): Promise<void> {
  const { app, channel, user } = context;
  const data = app.store.myData.read({ platform: channel.platform, user: user.id });
  const { jobs, pictures, styles, presets, looks, lent, favourites, boards, votes, reports, settings, optedOutAt } =
    data;
  const rest = sentence("my-data.chats");
  const all = [jobs, styles, presets, looks, lent, favourites, boards, votes, reports, settings];
  if (all.every(({ length }) => length === 0) && optedOutAt === undefined)
    return context.replyEphemeral(sentence("my-data.none", { rest }));
  const size = megabytes(pictures.reduce((sum, { bytes }) => sum + bytes, 0));
  const [first, last] = [dayOf(jobs[0]?.createdAt ?? 0), dayOf(jobs.at(-1)?.createdAt ?? 0)];
  const rows = [
    sentence("my-data.heading"),
    jobs.length > 0 && sentence("my-data.jobs", { jobs: jobs.length, first, last, images: pictures.length, size }),
    jobs.length > 0 && sentence("my-data.channels", { channels: await channels(context, jobs) }),
    ...(await latest(context, jobs)),
    styles.length > 0 && sentence("my-data.styles", { styles: styles.length, names: named(styles) }),
    presets.length > 0 && sentence("my-data.presets", { presets: presets.length }),
    looks.length > 0 && sentence("my-data.looks", { looks: looks.length, names: named(looks) }),
    lent.length > 0 && sentence("my-data.lent", { looks: lent.length, names: named(lent) }),
    favourites.length > 0 && sentence("my-data.favourites", { favourites: favourites.length }),
    boards.length > 0 && sentence("my-data.interactive", { messages: boards.length }),
    votes.length > 0 && sentence("my-data.votes", { votes: votes.length }),
    reports.length > 0 && sentence("my-data.reports", { reports: reports.length }),
    settings.length > 0 && sentence("my-data.daily", { channels: settings.length }),
    optedOutAt !== undefined && sentence("my-data.opted-out", { since: dayOf(optedOutAt) }),
    rest,
    sentence("my-data.hint"),
  ];
  await context.replyEphemeral(rows.filter((row) => row !== false).join("\n"));
}

/** Asks once more before everything goes. */
export async function askToDelete({ app, channel, user, replyEphemeral }: CommandContext): Promise<void> {
  const data = app.store.myData.read({ platform: channel.platform, user: user.id });
  const { jobs, styles, looks, lent, favourites, settings, optedOutAt } = data;
  const counts = { jobs: jobs.length, styles: styles.length, favourites: favourites.length };
  const out = optedOutAt !== undefined && sentence("my-data.opt-out-goes");
  const daily = settings.length > 0 && sentence("my-data.daily-goes");
  const gone = [...looks, ...lent];
  const taught = gone.length > 0 && sentence("my-data.looks-go", { names: named(gone) });
  const lines = [
    sentence("my-data.ask", counts),
    taught,
    daily,
    out,
    sentence("my-data.chats"),
    sentence("my-data.confirm"),
  ];
  const text = lines.filter((line) => line !== false).join("\n");
  const label = sentence("my-data.delete");
  await replyEphemeral(text, [{ id: DELETE_MY_DATA, label, emoji: "🗑", style: "danger" }]);
}

export interface DeleteDataServices {
  readonly store: { readonly myData: Pick<MyData, "remove"> };
  readonly logger: Logger;
}

/**
 * Deletes all that is stored about a person on a platform.
 *
 * @returns what was deleted, in a sentence
 * @throws UserError while a job of theirs waits or runs
 */
export function deleteMyData(
  { channel, user }: { readonly channel: ChannelRef; readonly user: Pick<User, "id"> },
  { store, logger }: DeleteDataServices,
): string {
  try {
    const removed = store.myData.remove({ platform: channel.platform, user: user.id });
    logger.info({ person: user.id, ...removed }, "a person's data was deleted");
    const { jobs, styles, favourites, votes, images, bytes } = removed;
    return sentence("my-data.deleted", { jobs, styles, favourites, votes, images, size: megabytes(bytes) });
  } catch (error) {
    if (error instanceof StoreError && error.kind === "busy") throw new UserError(error);
    throw error;
  }
}

/** The channels and threads with a person's jobs, those with most first. */
async function channels({ chat }: CommandContext, jobs: readonly StoredJob[]): Promise<string> {
  const counts = new Map<string, { readonly channel: ChannelRef; jobs: number }>();
  for (const job of jobs) {
    const { channel } = job;
    const key = `${channelKey(channel)} ${channel.thread ?? ""}`;
    const entry = counts.get(key) ?? { channel, jobs: 0 };
    entry.jobs += 1;
    counts.set(key, entry);
  }
  const most = [...counts.values()].sort((a, b) => b.jobs - a.jobs).slice(0, MAX_CHANNELS);
  // Threads may be called as their channel is.
  const named = new Map<string, number>();
  for (const entry of most) {
    const name = await nameOf(chat, entry.channel);
    named.set(name, (named.get(name) ?? 0) + entry.jobs);
  }
  const shown = [...named].map(([name, count]) => `${name} (${count})`);
  return cut(shown, shown.length + counts.size - most.length);
}

async function nameOf(chat: Chat, channel: ChannelRef): Promise<string> {
  try {
    return plain((await chat.describe(channel)).name);
  } catch {
    return sentence("my-data.channel-gone");
  }
}

/** The newest works with an image, each with the way to it. */
async function latest({ chat, app }: CommandContext, jobs: readonly StoredJob[]): Promise<string[]> {
  const works = jobs.filter(({ picture }) => picture !== undefined).slice(-MAX_WORKS);
  return Promise.all(
    works.reverse().map(async ({ id, recipe, params, messages, createdAt }) => {
      const title = app.recipes.get(recipe)?.title(params) ?? recipe;
      const message = messages.final ?? messages.announcement;
      const link = message && (await chat.link(message).catch(() => undefined));
      return `· ${link ? `[${title}](${link})` : title}, \`${id}\`, ${dayOf(createdAt)}`;
    }),
  );
}

function named(all: readonly { readonly name: string }[]): string {
  return cut(
    all.slice(0, MAX_NAMES).map(({ name }) => name),
    all.length,
  );
}

function cut(shown: readonly string[], all: number): string {
  return sentence("list.more", { list: shown.join(", "), hidden: all - shown.length });
}

function megabytes(bytes: number): string {
  return bytes < 100_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
