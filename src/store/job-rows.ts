import { eq, type SQL } from "drizzle-orm";
import type {
  MessageRole,
  NewJob,
  StoredAudience,
  StoredCredit,
  StoredJob,
  StoredJobChange,
  StoredMessage,
  StoredMessages,
  StoredPlace,
  StoredResult,
  StoredState,
} from "./job-record.js";
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
export function rowOf(job: NewJob): typeof jobTable.$inferInsert {
  const { place, author, pictures, ...rest } = job;
  return {
    ...rest,
    ...{ platform: place.platform, community: place.community, channel: place.channel, thread: place.thread ?? null },
    ...{ authorId: author.id, authorName: author.name, roles: pictures },
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
  owed,
}: StoredJobChange): Partial<JobRow> {
  const columns = { state, attempts, startedAt, workedMs, finishedAt, messages, failure, result, owed };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}

/** The messages that can be pressed or reacted to. */
export function* messagesOf(
  messages: StoredMessages,
): Generator<{ readonly message: StoredMessage; readonly role: MessageRole }> {
  const { announcement, progress, frames, final } = messages;
  if (announcement) yield { message: announcement, role: "announcement" };
  if (progress) yield { message: progress, role: "progress" };
  for (const message of frames) yield { message, role: "frame" };
  if (final) yield { message: final, role: "final" };
}

export function placeOf(row: Pick<JobRow, "platform" | "community" | "channel" | "thread">): StoredPlace {
  const { platform, community, channel, thread } = row;
  return { platform, community, channel, ...(thread === null ? {} : { thread }) };
}

function jobOf(row: JobRow, image: ImageRow | null): StoredJob {
  return {
    ...{ id: row.id, place: placeOf(row), author: { id: row.authorId, name: row.authorName } },
    ...{ recipe: row.recipe, params: row.params as StoredJob["params"], pictures: row.roles as string[] },
    ...{
      work: row.work,
      pace: row.pace,
      priority: row.priority,
      state: row.state as StoredState,
      attempts: row.attempts,
    },
    createdAt: row.createdAt,
    ...(row.megabytes === null ? {} : { megabytes: row.megabytes }),
    ...(row.startedAt === null ? {} : { startedAt: row.startedAt }),
    ...(row.workedMs === 0 ? {} : { workedMs: row.workedMs }),
    ...(row.finishedAt === null ? {} : { finishedAt: row.finishedAt }),
    messages: row.messages as StoredMessages,
    ...(row.failure === null ? {} : { failure: row.failure as { kind: string; message: string } }),
    ...(row.result === null ? {} : { result: row.result as StoredResult }),
    ...(row.from === null ? {} : { from: row.from }),
    repeats: row.repeats,
    ...(image === null ? {} : { picture: { sha: image.sha, type: image.type, bytes: image.bytes } }),
    credits: (row.credits ?? []) as StoredCredit[],
    owed: row.owed,
    ...{
      spoiler: row.spoiler,
      audience: row.audience as StoredAudience,
      hidden: row.hidden,
      favourites: row.favourites,
    },
  };
}
