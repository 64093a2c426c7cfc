import { and, desc, eq, sql } from "drizzle-orm";
import type { Database } from "./database.js";
import type { PersonKey } from "./job-record.js";
import { favouriteTable, jobTable } from "./schema.js";

export interface Favourite {
  readonly job: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Which people love which jobs. */
export class Favourites {
  constructor(
    private readonly database: Database,
    private readonly now: () => number,
  ) {}

  /**
   * Adds a job to a person's favourites, or takes it out. A job that is not kept is passed over.
   *
   * @returns whether anything changed, and how many people have it now.
   */
  set(job: string, { platform, person }: PersonKey, on: boolean): { readonly changed: boolean; readonly count: number } {
    const { orm } = this.database;
    return this.database.write(() => {
      const known = orm.select({ id: jobTable.id }).from(jobTable).where(eq(jobTable.id, job)).get();
      if (!known) return { changed: false, count: 0 };
      const { changes } = on
        ? orm.insert(favouriteTable).values({ job, platform, person, at: this.now() }).onConflictDoNothing().run()
        : orm
            .delete(favouriteTable)
            .where(and(eq(favouriteTable.job, job), eq(favouriteTable.platform, platform), eq(favouriteTable.person, person)))
            .run();
      if (changes > 0) this.#recount([job]);
      return { changed: changes > 0, count: this.count(job) };
    });
  }

  count(job: string): number {
    return this.database.orm.select({ count: jobTable.favourites }).from(jobTable).where(eq(jobTable.id, job)).get()?.count ?? 0;
  }

  has(job: string, { platform, person }: PersonKey): boolean {
    const where = and(eq(favouriteTable.job, job), eq(favouriteTable.platform, platform), eq(favouriteTable.person, person));
    return this.database.orm.select().from(favouriteTable).where(where).get() !== undefined;
  }

  /** A person's favourites, newest first. */
  of({ platform, person }: PersonKey): Favourite[] {
    const { job, at } = favouriteTable;
    const where = and(eq(favouriteTable.platform, platform), eq(favouriteTable.person, person));
    return this.database.orm.select({ job, at }).from(favouriteTable).where(where).orderBy(desc(at)).all();
  }

  /** Takes everything out of a person's favourites. Returns how many there were. */
  removeOf(person: PersonKey): number {
    return this.database.write(() => {
      const jobs = this.of(person).map(({ job }) => job);
      const where = and(eq(favouriteTable.platform, person.platform), eq(favouriteTable.person, person.person));
      this.database.orm.delete(favouriteTable).where(where).run();
      this.#recount(jobs);
      return jobs.length;
    });
  }

  /** Brings the counts beside the jobs up to date. */
  #recount(jobs: readonly string[]): void {
    const favourites = sql`(SELECT count(*) FROM ${favouriteTable} WHERE ${favouriteTable.job} = ${jobTable.id})`;
    for (const job of jobs) this.database.orm.update(jobTable).set({ favourites }).where(eq(jobTable.id, job)).run();
  }
}
