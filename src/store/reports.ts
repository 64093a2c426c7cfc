import { and, asc, between, count, eq, lt } from "drizzle-orm";
import type { UserKey } from "../domain/model.js";
import { HOUR_MS } from "../shared/time.js";
import { type Database, matching } from "./database.js";
import { jobTable, reportTable } from "./schema.js";

/** A person's report of a work to the moderators. */
export interface Report {
  readonly job: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

interface MadeReport {
  readonly platform: string;
  readonly person: string;
  readonly at: number;
}

/** So long a report is kept: after it a work may be reported once more. */
export const REPORT_DAYS = 90;

/** Works that people have reported. A job that is removed takes its reports along. */
export class Reports {
  /** Of the last hour, also those that are removed since: to delete one's data is no way round the bound. */
  #recent: MadeReport[] = [];

  constructor(
    private readonly database: Database,
    private readonly now: () => number,
  ) {}

  /** A job that is not kept any more is ignored. */
  add(job: string, { platform, user: person }: UserKey): void {
    const { orm } = this.database;
    const row = { job, platform, person, at: this.now() };
    const isNew = this.database.write(() => {
      if (!orm.select({ id: jobTable.id }).from(jobTable).where(eq(jobTable.id, job)).get()) return false;
      return orm.insert(reportTable).values(row).onConflictDoNothing().run().changes > 0;
    });
    if (!isNew) return;
    this.#recent = this.#recent.filter(({ at }) => at > row.at - HOUR_MS);
    this.#recent.push(row);
  }

  /** Whether a job has been reported, by anybody or by one person. */
  has(job: string, by?: UserKey): boolean {
    const where = matching(reportTable, { job, platform: by?.platform, person: by?.user });
    return this.database.orm.select({ at: reportTable.at }).from(reportTable).where(where).limit(1).get() !== undefined;
  }

  /**
   * How many a person has made since `time` (milliseconds since the epoch, an hour ago at most where they are removed
   * meanwhile); a clock may have been set back since.
   */
  countSince({ platform, user: person }: UserKey, time: number): number {
    const now = this.now();
    const where = and(matching(reportTable, { platform, person }), between(reportTable.at, time, now));
    const kept = this.database.orm.select({ reports: count() }).from(reportTable).where(where).get()?.reports ?? 0;
    const isTheirs = (each: MadeReport) => each.platform === platform && each.person === person;
    const made = this.#recent.filter((each) => isTheirs(each) && each.at >= time && each.at <= now);
    return Math.max(kept, made.length);
  }

  /** A person's reports, oldest first. */
  of({ platform, user: person }: UserKey): Report[] {
    const { job, at } = reportTable;
    const where = matching(reportTable, { platform, person });
    return this.database.orm.select({ job, at }).from(reportTable).where(where).orderBy(asc(at)).all();
  }

  /** Removes all of a person's reports. Returns how many there were. */
  removeOf({ platform, user: person }: UserKey): number {
    const where = matching(reportTable, { platform, person });
    return this.database.write(() => this.database.orm.delete(reportTable).where(where).run().changes);
  }

  /** Removes reports from before `time`. Returns how many. */
  removeOlder(time: number): number {
    const old = lt(reportTable.at, time);
    return this.database.write(() => this.database.orm.delete(reportTable).where(old).run().changes);
  }
}
