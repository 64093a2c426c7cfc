/** What is stored about a person, told to that person only, and its deletion. */
import type { Logger } from "pino";
import type { ChannelRef } from "../../domain/channel.js";
import type { User } from "../../domain/user.js";
import type { Chat } from "../../port/adapter.js";
import type { Button } from "../../port/messages.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { StoreError } from "../../store/errors.js";
import type { StoredJob } from "../../store/job-record.js";
import type { MyData } from "../../store/my-data.js";
import type { CommandContext } from "../command.js";
import { plain } from "../presenting/texts.js";
import { UserError } from "../user-error.js";

/** The button under "are you sure?". */
export const DELETE_MY_DATA = "mydata:delete";
const WORKS_SHOWN = 5;
const CHANNELS_SHOWN = 6;
const NAMES_SHOWN = 10;
const theChats = (): string => sentence("my-data.chats");

type Context = Pick<CommandContext, "chat" | "app" | "user" | "channel">;

/** Tells a person what is stored about them on this platform. */
export async function showMyData(context: CommandContext): Promise<void> {
  const { app, channel, user } = context;
  const data = app.store.myData.read({ platform: channel.platform, user: user.id });
  const { jobs, pictures, styles, favourites, boards, votes } = data;
  if (jobs.length + styles.length + favourites.length + boards.length + votes.length === 0) {
    return context.replyEphemeral(sentence("my-data.none", { rest: theChats() }));
  }
  const bytes = pictures.reduce((sum, picture) => sum + picture.bytes, 0);
  const rows = [
    ...(jobs.length === 0
      ? []
      : [
          `${counted(jobs.length, "job")}, ${span(jobs)}, with all parameters and messages, and ${counted(pictures.length, "picture")} of ${megabytes(bytes)}`,
          `They are in ${await channels(context, jobs)}`,
          ...(await latest(context, jobs)),
        ]),
    ...(styles.length === 0
      ? []
      : [`${counted(styles.length, "style")} that you have added: ${some(styles.map(({ name }) => name))}`]),
    ...(favourites.length === 0 ? [] : [counted(favourites.length, "favourite")]),
    ...(boards.length === 0
      ? []
      : [`${counted(boards.length, "palette or vote", "palettes or votes")} that you have opened`]),
    ...(votes.length === 0 ? [] : [`${counted(votes.length, "choice")} made by reaction`]),
  ];
  const text = [sentence("my-data.heading"), ...rows, theChats(), sentence("my-data.hint")].join("\n");
  await context.replyEphemeral(text);
}

/** Asks once more before everything goes. */
export async function askToDelete(context: CommandContext): Promise<void> {
  const { app, channel, user } = context;
  const { jobs, styles, favourites } = app.store.myData.read({ platform: channel.platform, user: user.id });
  const button: Button = { id: DELETE_MY_DATA, label: sentence("my-data.delete"), emoji: "🗑", style: "danger" };
  const what = [
    counted(jobs.length, "job"),
    counted(styles.length, "style"),
    counted(favourites.length, "favourite"),
  ].join(", ");
  const text = [sentence("my-data.ask", { what }), theChats(), sentence("my-data.confirm")].join("\n");
  await context.replyEphemeral(text, [button]);
}

export interface DeleteDataServices {
  readonly store: { readonly myData: Pick<MyData, "remove"> };
  readonly logger: Logger;
}

/**
 * Deletes all that is stored about a person on a platform.
 *
 * @returns what has gone, in a sentence
 * @throws UserError while a job of theirs waits or runs.
 */
export function deleteMyData(
  { channel, user }: { readonly channel: ChannelRef; readonly user: Pick<User, "id"> },
  { store, logger }: DeleteDataServices,
): string {
  try {
    const removed = store.myData.remove({ platform: channel.platform, user: user.id });
    logger.info({ person: user.id, ...removed }, "a person's data was deleted");
    const { jobs, styles, favourites, votes, images, bytes } = removed;
    const what = [
      counted(jobs, "job"),
      counted(styles, "style"),
      counted(favourites, "favourite"),
      counted(votes, "choice"),
    ].join(", ");
    return sentence("my-data.deleted", { what, images: counted(images, "picture"), size: megabytes(bytes) });
  } catch (error) {
    if (error instanceof StoreError && error.kind === "busy") throw new UserError(error);
    throw error;
  }
}

/** The channels with a person's jobs, those with most first. */
async function channels({ chat }: Context, jobs: readonly StoredJob[]): Promise<string> {
  const counts = new Map<string, { readonly channel: ChannelRef; jobs: number }>();
  for (const job of jobs) {
    const { thread: _thread, ...channel } = job.channel;
    const key = JSON.stringify(channel);
    const entry = counts.get(key) ?? { channel, jobs: 0 };
    entry.jobs += 1;
    counts.set(key, entry);
  }
  const most = [...counts.values()].sort((a, b) => b.jobs - a.jobs);
  const shown = await Promise.all(
    most.slice(0, CHANNELS_SHOWN).map(async (entry) => `${await nameOf(chat, entry.channel)} (${entry.jobs})`),
  );
  return more(shown, most.length);
}

async function nameOf(chat: Chat, channel: ChannelRef): Promise<string> {
  try {
    return plain((await chat.describe(channel)).name);
  } catch {
    // A channel that is gone, or that the bot may no longer see.
    return "a channel that I no longer see";
  }
}

/** The newest works with a picture, each with the way to it. */
async function latest({ chat, app }: Context, jobs: readonly StoredJob[]): Promise<string[]> {
  const works = jobs.filter(({ picture }) => picture !== undefined).slice(-WORKS_SHOWN);
  return Promise.all(
    works.reverse().map(async (job) => {
      const title = app.recipes.get(job.recipe)?.title(job.params) ?? job.recipe;
      const message = job.messages.final ?? job.messages.announcement;
      const link = message && (await chat.link(message).catch(() => undefined));
      return `· ${link ? `[${title}](${link})` : title}, \`${job.id}\`, ${day(job.createdAt)}`;
    }),
  );
}

function span(jobs: readonly StoredJob[]): string {
  const [first, last] = [day(jobs[0]?.createdAt ?? 0), day(jobs.at(-1)?.createdAt ?? 0)];
  return first === last ? `of ${first}` : `from ${first} to ${last}`;
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function some(names: readonly string[]): string {
  return more(names.slice(0, NAMES_SHOWN), names.length);
}

function more(shown: readonly string[], all: number): string {
  return shown.join(", ") + (all > shown.length ? ` and ${all - shown.length} more` : "");
}

function counted(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}

function megabytes(bytes: number): string {
  return bytes < 100_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
