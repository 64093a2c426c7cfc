import { eq, type SQL } from "drizzle-orm";
import type { ChannelRef } from "../domain/channel.js";
import type { Credit } from "../domain/credit.js";
import type { Job, JobAudience, JobChange, JobMessages, JobResult, JobState } from "../domain/job.js";
import type { MessageRef } from "../domain/message.js";
import type { MessageRole, StoredJob } from "./job-record.js";
import type { Orm } from "./orm.js";
import { imageTable, jobTable } from "./schema.js";

type JobRow = typeof jobTable.$inferSelect;
type ImageRow = typeof imageTable.$inferSelect;

/** Jobs that meet a condition, in an order. */
export function readJobs(orm: Orm, where: SQL | undefined, order: readonly SQL[], limit?: number): StoredJob[] {
  const rows = orm
    .select({ job: jobTable, image: imageTable })
    .from(jobTable)
    .leftJoin(imageTable, eq(jobTable.picture, imageTable.sha))
    .where(where)
    .orderBy(...order)
    // SQLite takes a negative limit as none.
    .limit(limit ?? -1)
    .all();
  return rows.map(({ job, image }) => jobOf(job, image));
}

/** A new job as a row. */
export function rowOf(job: Job): typeof jobTable.$inferInsert {
  const { channel, author, pictures, cost, costKey, unnotified, messages, ...rest } = job;
  return {
    ...rest,
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
export function columnsOf({
  state,
  attempts,
  startedAt,
  workedMs,
  finishedAt,
  messages,
  failure,
  result,
  unnotified: owed,
}: JobChange): Partial<JobRow> {
  const written = messages && writeMessages(messages);
  const columns = { state, attempts, startedAt, workedMs, finishedAt, messages: written, failure, result, owed };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}

/** A message reference as the column `messages` holds it: `place` and `channel` are names on disk. */
interface WrittenMessage {
  readonly place: WrittenChannel;
  readonly id: string;
}

interface WrittenChannel {
  readonly platform: string;
  readonly community: string;
  readonly channel: string;
  readonly thread?: string;
}

interface WrittenMessages {
  readonly announcement?: WrittenMessage;
  readonly thread?: WrittenChannel;
  readonly progress?: WrittenMessage;
  readonly frames: readonly WrittenMessage[];
  readonly final?: WrittenMessage;
}

function writeMessages({ announcement, thread, progress, frames, final }: JobMessages): WrittenMessages {
  return {
    ...(announcement && { announcement: writeMessage(announcement) }),
    ...(thread && { thread: writeChannel(thread) }),
    ...(progress && { progress: writeMessage(progress) }),
    frames: frames.map(writeMessage),
    ...(final && { final: writeMessage(final) }),
  };
}

function readMessages({ announcement, thread, progress, frames, final }: WrittenMessages): JobMessages {
  return {
    ...(announcement && { announcement: readMessage(announcement) }),
    ...(thread && { thread: readChannel(thread) }),
    ...(progress && { progress: readMessage(progress) }),
    frames: frames.map(readMessage),
    ...(final && { final: readMessage(final) }),
  };
}

const writeMessage = ({ channel, id }: MessageRef): WrittenMessage => ({ place: writeChannel(channel), id });
const readMessage = ({ place, id }: WrittenMessage): MessageRef => ({ channel: readChannel(place), id });
const writeChannel = ({ id, ...rest }: ChannelRef): WrittenChannel => ({ ...rest, channel: id });
const readChannel = ({ channel, ...rest }: WrittenChannel): ChannelRef => ({ ...rest, id: channel });

/** The messages that can be pressed or reacted to. */
export function* messagesOf(
  messages: JobMessages,
): Generator<{ readonly message: MessageRef; readonly role: MessageRole }> {
  const { announcement, progress, frames, final } = messages;
  if (announcement) yield { message: announcement, role: "announcement" };
  if (progress) yield { message: progress, role: "progress" };
  for (const message of frames) yield { message, role: "frame" };
  if (final) yield { message: final, role: "final" };
}

export function channelOf(row: Pick<JobRow, "platform" | "community" | "channel" | "thread">): ChannelRef {
  const { platform, community, channel, thread } = row;
  return { platform, community, id: channel, ...(thread === null ? {} : { thread }) };
}

function jobOf(row: JobRow, image: ImageRow | null): StoredJob {
  return {
    ...{ id: row.id, channel: channelOf(row), author: { id: row.authorId, name: row.authorName } },
    ...{ recipe: row.recipe, params: row.params as StoredJob["params"], pictures: row.roles as string[] },
    ...{
      cost: row.work,
      costKey: row.pace,
      priority: row.priority,
      state: row.state as JobState,
      attempts: row.attempts,
    },
    createdAt: row.createdAt,
    ...(row.megabytes === null ? {} : { megabytes: row.megabytes }),
    ...(row.startedAt === null ? {} : { startedAt: row.startedAt }),
    ...(row.workedMs === 0 ? {} : { workedMs: row.workedMs }),
    ...(row.finishedAt === null ? {} : { finishedAt: row.finishedAt }),
    messages: readMessages(row.messages as WrittenMessages),
    ...(row.failure === null ? {} : { failure: row.failure as { kind: string; message: string } }),
    ...(row.result === null ? {} : { result: row.result as JobResult }),
    ...(row.from === null ? {} : { from: row.from }),
    repeats: row.repeats,
    ...(image === null ? {} : { picture: { sha: image.sha, type: image.type, bytes: image.bytes } }),
    credits: (row.credits ?? []) as Credit[],
    unnotified: row.owed,
    ...{
      spoiler: row.spoiler,
      audience: row.audience as JobAudience,
      hidden: row.hidden,
      favourites: row.favourites,
    },
  };
}
