import { and, desc, eq, type SQL, sql } from "drizzle-orm";
import type { Community } from "../domain/channel.js";
import type { Database } from "./database.js";
import { StoreError } from "./errors.js";
import type { StoredJob } from "./job-record.js";
import { readJobs } from "./job-rows.js";
import { jobTable } from "./schema.js";

export interface GalleryQuery extends Community {
  /** One channel instead of the whole community. */
  readonly channel?: string;
  /** A whole channel reference is no scope: its id goes into `channel`. */
  readonly id?: never;
  /** One person's works. */
  readonly author?: string;
  /** The engine's name of one recipe. */
  readonly recipe?: string;
  readonly by: "date" | "favourites";
  /** Jobs a page. */
  readonly limit: number;
  /** A page's `next`, to read on after it. */
  readonly after?: string;
}

export interface GalleryPage {
  readonly jobs: readonly StoredJob[];
  /** Where the next page begins; not there on the last one. */
  readonly next?: string;
}

interface GalleryAuthor {
  readonly id: string;
  readonly name: string;
  readonly works: number;
}

/** The same words as in the indexes, so that SQLite uses them. */
const SHOWN = sql`${jobTable.state} = 'done' AND ${jobTable.picture} IS NOT NULL AND ${jobTable.hidden} = 0`;
/** What was made in closed and in restricted channels is shown there only. */
const SHOWN_TO_ALL = sql`${SHOWN} AND ${jobTable.audience} = 'community'`;

/** The finished works of communities: those whose picture is kept and that their author has not taken out. */
export class Gallery {
  constructor(private readonly database: Database) {}

  /**
   * A page, newest first or by favourites (then newest). Works that come or go in between are neither skipped nor shown twice.
   *
   * @throws StoreError "cursor" when `after` is not a page's `next`.
   */
  page(query: GalleryQuery): GalleryPage {
    const { platform, community, channel, author, recipe, by, limit, after } = query;
    const order = [...(by === "favourites" ? [jobTable.favourites] : []), jobTable.finishedAt, jobTable.seq];
    const where = and(
      channel === undefined ? SHOWN_TO_ALL : SHOWN,
      eq(jobTable.platform, platform),
      eq(jobTable.community, community),
      channel === undefined ? undefined : eq(jobTable.channel, channel),
      author === undefined ? undefined : eq(jobTable.authorId, author),
      recipe === undefined ? undefined : eq(jobTable.recipe, recipe),
      after === undefined
        ? undefined
        : sql`(${sql.join(order, sql`, `)}) < (${sql.join(readCursor(after, order.length), sql`, `)})`,
    );
    const jobs = readJobs(
      this.database.orm,
      where,
      order.map((column) => desc(column)),
      limit + 1,
    );
    if (jobs.length <= limit) return { jobs };
    const page = jobs.slice(0, limit);
    const last = page.at(-1);
    return last ? { jobs: page, next: this.#cursor(last, by) } : { jobs: page };
  }

  /** How many works a whole gallery has. */
  count(query: Pick<GalleryQuery, "platform" | "community" | "channel" | "id">): number {
    const { platform, community, channel } = query;
    const where = and(
      channel === undefined ? SHOWN_TO_ALL : SHOWN,
      eq(jobTable.platform, platform),
      eq(jobTable.community, community),
      channel === undefined ? undefined : eq(jobTable.channel, channel),
    );
    return this.database.orm.select({ jobs: sql<number>`count(*)` }).from(jobTable).where(where).get()?.jobs ?? 0;
  }

  /** Who has works in a gallery, those with the most first. */
  authors(query: Pick<GalleryQuery, "platform" | "community" | "channel" | "id">, limit: number): GalleryAuthor[] {
    const { platform, community, channel } = query;
    const where = and(
      channel === undefined ? SHOWN_TO_ALL : SHOWN,
      eq(jobTable.platform, platform),
      eq(jobTable.community, community),
      channel === undefined ? undefined : eq(jobTable.channel, channel),
    );
    // People are called what they were called last.
    const rows = this.database.orm
      .select({
        id: jobTable.authorId,
        name: jobTable.authorName,
        last: sql`max(${jobTable.seq})`,
        works: sql<number>`count(*)`,
      })
      .from(jobTable)
      .where(where)
      .groupBy(jobTable.authorId)
      .orderBy(sql`count(*) DESC`)
      .limit(limit)
      .all();
    return rows.map(({ id, name, works }) => ({ id, name, works }));
  }

  #cursor(job: StoredJob, by: GalleryQuery["by"]): string {
    const row = this.database.orm.select({ seq: jobTable.seq }).from(jobTable).where(eq(jobTable.id, job.id)).get();
    const values = [...(by === "favourites" ? [job.favourites] : []), job.finishedAt ?? 0, row?.seq ?? 0];
    return values.map((value) => value.toString(36)).join(".");
  }
}

/** Keyset pagination: the values of the last work shown, in the order's columns. */
function readCursor(cursor: string, length: number): SQL[] {
  const parts = cursor.split(".");
  const values = parts.map((part) => (/^[0-9a-z]{1,11}$/.test(part) ? Number.parseInt(part, 36) : Number.NaN));
  if (values.length !== length || !values.every(Number.isSafeInteger)) {
    throw new StoreError("cursor", "store.page-unknown");
  }
  return values.map((value) => sql`${value}`);
}
