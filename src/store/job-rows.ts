import { eq, type SQL } from "drizzle-orm";
import type { Among, ChannelRef, Job, JobChange, JobMessages, MessageRef } from "../domain/model.js";
import { defined } from "../shared/defined.js";
import { StoreError } from "../shared/store-error.js";
import { wordsOf } from "../shared/text.js";
import type { Database } from "./database.js";
import type { StoredImage } from "./images.js";
import { HIDDEN_BY, imageTable, jobTable, type WrittenMessages } from "./schema.js";

type JobRow = typeof jobTable.$inferSelect;
type WithDefault = "unnotified" | "repeats" | "credits" | "spoiler" | "audience";

/** A job as it is read: the defaults of what may be left out are filled in, and the gallery's columns are there. */
export interface StoredJob extends Omit<Job, WithDefault>, Readonly<Required<Pick<Job, WithDefault>>> {
  /** The result, as long as it is kept. */
  readonly picture?: StoredImage;
  /** It has been taken out of the gallery. */
  readonly hidden: boolean;
  /** How many people have it among their favourites. */
  readonly favourites: number;
}

/**
 * Jobs that meet a condition, in an order.
 * @throws StoreError "damaged" where JSON is not what was written
 */
export function readJobs(
  { orm, path }: Database,
  where: SQL | undefined,
  order: readonly SQL[],
  limit?: number,
): StoredJob[] {
  const rows = orm
    .select({ job: jobTable, image: imageTable })
    .from(jobTable)
    .leftJoin(imageTable, eq(jobTable.picture, imageTable.sha))
    .where(where)
    .orderBy(...order)
    // SQLite takes a negative limit as none.
    .limit(limit ?? -1)
    .all();
  try {
    return rows.map(({ job, image }) => jobOf(job, image));
  } catch (cause) {
    throw new StoreError("damaged", "store.damaged", { path }, { cause });
  }
}

/** What lies beside the parameters: no option has such a name. */
const VERSION = "recipe-version";
const ABOUT = "image-description";
const AMONG = "image-among";
const STILL = "image-still";
export const TITLE = "shown-title";
export const LINE = "shown-line";

/** The words of what a work is called, as they are searched. */
export function calledBeside({ title, line }: NonNullable<Job["called"]>): { [TITLE]: string; [LINE]: string } {
  return { [TITLE]: wordsOf(title).join(" "), [LINE]: wordsOf(line).join(" ") };
}

/** A job, with what its author's address counts as: forgotten when it ends. */
export interface NewJob extends Job {
  readonly address?: string;
}

/** A new job as a row. */
export function rowOf(job: NewJob): typeof jobTable.$inferInsert {
  const { channel, author, pictures, cost, costKey, unnotified, messages, params, ...others } = job;
  const { version, about, among, still, called, ...rest } = others;
  const image = { [ABOUT]: about, [AMONG]: among, [STILL]: still };
  const beside = { [VERSION]: version, ...image, ...(called && calledBeside(called)) };
  return {
    ...rest,
    params: { ...params, ...defined(beside) },
    platform: channel.platform,
    community: channel.community,
    channel: channel.id,
    thread: channel.thread ?? null,
    authorId: author.id,
    authorName: author.name,
    roles: pictures,
    work: cost,
    pace: costKey,
    owed: unnotified ?? false,
    messages: writeMessages(messages),
  };
}

/** The columns that a change sets; what it leaves out stays. */
export function columnsOf({ messages, unnotified, ...change }: JobChange): Partial<JobRow> {
  const columns = { ...change, messages: messages && writeMessages(messages), owed: unnotified };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}

/** `place` and `channel` are names on disk. */
function writeMessages(messages: JobMessages): WrittenMessages {
  const writeChannel = ({ id, ...rest }: ChannelRef) => ({ ...rest, channel: id });
  return mapMessages(messages, ({ channel, id }) => ({ place: writeChannel(channel), id }), writeChannel);
}

function readMessages(messages: WrittenMessages): JobMessages {
  const readChannel = ({ channel, ...rest }: NonNullable<WrittenMessages["thread"]>) => ({ ...rest, id: channel });
  return mapMessages(messages, ({ place, id }) => ({ channel: readChannel(place), id }), readChannel);
}

function mapMessages<M extends object, C extends object, N, D>(
  { announcement, thread, progress, frames, final }: JobMessages<M, C>,
  message: (message: M) => N,
  channel: (channel: C) => D,
): JobMessages<N, D> {
  return {
    ...(announcement && { announcement: message(announcement) }),
    ...(thread && { thread: channel(thread) }),
    ...(progress && { progress: message(progress) }),
    frames: frames.map(message),
    ...(final && { final: message(final) }),
  };
}

/** The messages that can be pressed or reacted to, and what each shows. */
export function messagesOf({ announcement, progress, frames, final }: JobMessages): (readonly [string, MessageRef])[] {
  return [
    ...(announcement ? [["announcement", announcement] as const] : []),
    ...(progress ? [["progress", progress] as const] : []),
    ...frames.map((message) => ["frame", message] as const),
    ...(final ? [["final", final] as const] : []),
  ];
}

export function channelOf(row: Pick<JobRow, "platform" | "community" | "channel" | "thread">): ChannelRef {
  const { platform, community, channel, thread } = row;
  return { platform, community, id: channel, ...present({ thread }) };
}

function jobOf(row: JobRow, image: typeof imageTable.$inferSelect | null): StoredJob {
  const { [VERSION]: version, [TITLE]: _title, [LINE]: _line, ...others } = row.params;
  const { [ABOUT]: about, [AMONG]: among, [STILL]: still, ...params } = others;
  const { id, recipe, priority, state, attempts, createdAt, repeats, spoiler, audience, hidden } = row;
  const { megabytes, startedAt, finishedAt, failure, result, from } = row;
  return {
    id,
    channel: channelOf(row),
    author: { id: row.authorId, name: row.authorName },
    recipe,
    params,
    ...(typeof version === "number" && { version }),
    ...(typeof about === "string" && { about }),
    ...(typeof among === "object" && among !== null && { among: among as Among }),
    ...(still === true && { still }),
    pictures: row.roles,
    cost: row.work,
    costKey: row.pace,
    priority,
    state,
    attempts,
    createdAt,
    messages: readMessages(row.messages),
    ...present({ megabytes, startedAt, finishedAt, failure, result, from }),
    ...(row.workedMs > 0 && { workedMs: row.workedMs }),
    ...(image && { picture: { sha: image.sha, type: image.type, bytes: image.bytes } }),
    repeats,
    credits: row.credits ?? [],
    unnotified: row.owed,
    spoiler,
    audience,
    hidden: hidden > 0,
    ...((hidden & HIDDEN_BY.moderator) > 0 && { withheld: true }),
    favourites: row.favourites,
  };
}

/** What is not null. */
export function present<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const entries = Object.entries(values).filter(([, value]) => value !== null);
  return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> };
}
