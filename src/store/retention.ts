import { setImmediate as breathe } from "node:timers/promises";
import { and, asc, eq, isNotNull, lt, type SQL, sql } from "drizzle-orm";
import type { Database } from "./database.js";
import type { Images } from "./images.js";
import type { InteractiveMessages } from "./interactive-messages.js";
import type { Jobs } from "./jobs.js";
import { jobInputTable, jobTable } from "./schema.js";

/** How long and how much is kept; 0 sets no bound. */
export interface RetentionLimits {
  /** Jobs that ended longer ago go, except people's favourites. */
  readonly days: number;
  /** Mebibytes of pictures; beyond them the pictures of the oldest jobs go, favourites last. The jobs stay known. */
  readonly megabytes: number;
}

interface RetentionReport {
  /** Jobs removed with all that belongs to them. */
  readonly jobs: number;
  /** Jobs that were kept without their pictures. */
  readonly emptied: number;
  readonly images: number;
  /** Space given back, in bytes. */
  readonly bytes: number;
  readonly boards: number;
  /** Files that a crash had left behind. */
  readonly strays: number;
}

const DAY_MS = 24 * 3600 * 1000;
/** Palettes and votes that are over can be looked at for this long. */
const BOARD_DAYS = 30;
/** Jobs removed at a go: between two the program attends to everybody else. */
const BATCH = 25;
const ENDED = isNotNull(jobTable.finishedAt);

/** Removes what is old, so that the data folder does not grow for ever. Unfinished jobs and styles always stay. */
export class Retention {
  constructor(
    private readonly parts: {
      readonly database: Database;
      readonly images: Images;
      readonly jobs: Jobs;
      readonly boards: InteractiveMessages;
    },
    private readonly now: () => number,
  ) {}

  /** @param signal Ends it between two jobs; what was done until then is reported. */
  async apply(limits: RetentionLimits, signal?: AbortSignal): Promise<RetentionReport> {
    const { images, jobs, boards: interactiveMessages } = this.parts;
    const report = { jobs: 0, emptied: 0, images: 0, bytes: 0, boards: 0, strays: 0 };
    const note = (removed: { images: number; bytes: number }) => {
      report.images += removed.images;
      report.bytes += removed.bytes;
    };
    const old = and(ENDED, lt(jobTable.finishedAt, this.now() - limits.days * DAY_MS), eq(jobTable.favourites, 0));
    while (limits.days > 0) {
      const ids = this.#oldest(old);
      if (ids.length === 0 || signal?.aborted) break;
      note(jobs.remove(ids));
      report.jobs += ids.length;
      await breathe();
    }
    if (limits.megabytes > 0 && !signal?.aborted) {
      const bound = limits.megabytes * 1024 * 1024;
      for await (const removed of this.#emptying(images.total().bytes, bound, signal)) {
        note(removed);
        report.emptied += 1;
      }
    }
    if (!signal?.aborted) {
      report.boards = interactiveMessages.removeOlder(this.now() - BOARD_DAYS * DAY_MS);
      note(images.removeUnused());
      report.strays = images.removeStrays();
    }
    return report;
  }

  /** Takes pictures from jobs, one after the other, until `total` bytes have become `bound`. */
  async *#emptying(total: number, bound: number, signal: AbortSignal | undefined) {
    const inputs = sql`EXISTS (SELECT 1 FROM ${jobInputTable} WHERE ${jobInputTable.job} = ${jobTable.id})`;
    const withPictures = and(ENDED, sql`(${jobTable.picture} IS NOT NULL OR ${inputs})`);
    let left = total;
    while (left > bound && !signal?.aborted) {
      const ids = this.#oldest(withPictures);
      if (ids.length === 0) return;
      for (const id of ids) {
        if (left <= bound) return;
        const removed = this.parts.jobs.removePictures([id]);
        left -= removed.bytes;
        yield removed;
      }
      await breathe();
    }
  }

  #oldest(where: SQL | undefined): string[] {
    const order = [sql`${jobTable.favourites} > 0`, asc(jobTable.finishedAt), asc(jobTable.seq)];
    const rows = this.parts.database.orm
      .select({ id: jobTable.id })
      .from(jobTable)
      .where(where)
      .orderBy(...order)
      .limit(BATCH)
      .all();
    return rows.map(({ id }) => id);
  }
}
