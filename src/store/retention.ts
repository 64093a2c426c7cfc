import { setImmediate as breathe } from "node:timers/promises";
import { and, asc, eq, isNotNull, lt, type SQL, sql } from "drizzle-orm";
import type { Logger } from "pino";
import { DAY_MS } from "../shared/time.js";
import type { Acts } from "./acts.js";
import type { Database } from "./database.js";
import type { Images, RemovedImages } from "./images.js";
import type { InteractiveMessages } from "./interactive-messages.js";
import type { Jobs } from "./jobs.js";
import { REPORT_DAYS, type Reports } from "./reports.js";
import { jobInputTable, jobTable } from "./schema.js";

/** How long and how much is kept; 0 sets no bound. */
interface RetentionLimits {
  /** Jobs that ended longer ago go, except favourites. */
  readonly days: number;
  /** Mebibytes of images; beyond them the images of the oldest jobs go, favourites last. The jobs stay known. */
  readonly megabytes: number;
}

interface RetentionReport {
  /** Jobs removed with all that belongs to them. */
  readonly jobs: number;
  /** Jobs whose images were removed. */
  readonly emptied: number;
  readonly images: number;
  /** Space given back, in bytes. */
  readonly bytes: number;
  readonly boards: number;
  /** Of the moderators' log. */
  readonly acts: number;
  readonly reports: number;
  /** Files that a crash had left behind. */
  readonly strays: number;
}

/** Palettes and votes are kept for this long after their end. */
const BOARD_DAYS = 30;
/** The moderators' log. */
const ACT_DAYS = 730;
/** Jobs removed at a time: between two batches the event loop runs. */
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
      readonly acts: Acts;
      readonly reports: Reports;
    },
    private readonly now: () => number,
  ) {}

  /** @param signal ends it between two jobs; what was done until then is reported */
  async apply(limits: RetentionLimits, signal?: AbortSignal): Promise<RetentionReport> {
    const { images, jobs, boards: interactiveMessages, acts, reports } = this.parts;
    const report = { jobs: 0, emptied: 0, images: 0, bytes: 0, boards: 0, acts: 0, reports: 0, strays: 0 };
    const note = (removed: RemovedImages) => {
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
      report.acts = acts.removeOlder(this.now() - ACT_DAYS * DAY_MS);
      report.reports = reports.removeOlder(this.now() - REPORT_DAYS * DAY_MS);
      note(images.removeUnused());
      report.strays = images.removeStrays();
    }
    return report;
  }

  /** Removes images of jobs, one job after the other, until `total` bytes have become `bound`. */
  async *#emptying(total: number, bound: number, signal: AbortSignal | undefined) {
    const inputs = sql`EXISTS (SELECT 1 FROM ${jobInputTable} WHERE ${jobInputTable.job} = ${jobTable.id})`;
    const withImages = and(ENDED, sql`(${jobTable.picture} IS NOT NULL OR ${inputs})`);
    let left = total;
    while (left > bound && !signal?.aborted) {
      const ids = this.#oldest(withImages);
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

/**
 * Applies retention at once and then once a day. Failures are logged.
 *
 * @returns a function that stops it and resolves when nothing of it is under way
 */
export function startRetention(
  retention: Retention,
  limits: RetentionLimits,
  logger: Logger,
  everyMs = DAY_MS,
): () => Promise<void> {
  const stopping = new AbortController();
  let underWay: Promise<void> = Promise.resolve();
  const apply = () => {
    underWay = underWay.then(async () => {
      if (stopping.signal.aborted) return;
      try {
        const report = await retention.apply(limits, stopping.signal);
        if (Object.values(report).some((count) => count > 0)) logger.info(report, "old jobs and pictures were removed");
      } catch (error) {
        logger.error({ err: error }, "old jobs and pictures could not be removed");
      }
    });
  };
  apply();
  const timer = setInterval(apply, everyMs);
  timer.unref();
  return async () => {
    stopping.abort();
    clearInterval(timer);
    await underWay;
  };
}
