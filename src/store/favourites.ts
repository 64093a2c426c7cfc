import { and, desc, eq, type SQL, sql } from "drizzle-orm";
import type { MessageRef } from "../domain/message.js";
import type { UserKey } from "../domain/user.js";
import type { Database } from "./database.js";
import { favouriteTable, heartTable, jobTable } from "./schema.js";

export interface Favourite {
  readonly job: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The messages by whose ❤️ it is one, where it was given by reaction. */
  readonly hearts?: readonly { readonly channel: string; readonly message: string }[];
}

/** Which jobs are whose favourites. */
export class Favourites {
  constructor(
    private readonly database: Database,
    private readonly now: () => number,
  ) {}

  /**
   * Adds a job to a person's favourites, or takes it out. A job that is not kept is ignored.
   *
   * @returns whether anything changed, and how many people have it now.
   */
  set(job: string, { platform, user }: UserKey, on: boolean): { readonly changed: boolean; readonly count: number } {
    const { orm } = this.database;
    return this.database.write(() => {
      const known = orm.select({ id: jobTable.id }).from(jobTable).where(eq(jobTable.id, job)).get();
      if (!known) return { changed: false, count: 0 };
      const { changes } = on
        ? orm.insert(favouriteTable).values({ job, platform, person: user, at: this.now() }).onConflictDoNothing().run()
        : orm
            .delete(favouriteTable)
            .where(
              and(eq(favouriteTable.job, job), eq(favouriteTable.platform, platform), eq(favouriteTable.person, user)),
            )
            .run();
      if (!on)
        orm
          .delete(heartTable)
          .where(and(reactionsBy({ platform, user }), eq(heartTable.job, job)))
          .run();
      if (changes > 0) this.#recount([job]);
      return { changed: changes > 0, count: this.count(job) };
    });
  }

  /**
   * Takes a person's ❤️ on one of a job's messages, or its end. The job stays among the favourites as long as one of its messages has one.
   *
   * @returns as {@link set} does
   */
  react(
    job: string,
    message: MessageRef,
    by: UserKey,
    on: boolean,
  ): { readonly changed: boolean; readonly count: number } {
    const { orm } = this.database;
    const { platform, user } = by;
    const row = { job, platform, person: user, channel: message.channel.id, message: message.id };
    return this.database.write(() => {
      if (on) {
        const changed = this.set(job, by, true);
        // Of a job that is not kept nothing is noted.
        if (changed.count > 0) orm.insert(heartTable).values(row).onConflictDoNothing().run();
        return changed;
      }
      const there = and(eq(heartTable.channel, row.channel), eq(heartTable.message, row.message));
      orm
        .delete(heartTable)
        .where(and(reactionsBy(by), eq(heartTable.job, job), there))
        .run();
      const other = orm
        .select()
        .from(heartTable)
        .where(and(reactionsBy(by), eq(heartTable.job, job)))
        .get();
      return other ? { changed: false, count: this.count(job) } : this.set(job, by, false);
    });
  }

  count(job: string): number {
    return (
      this.database.orm.select({ count: jobTable.favourites }).from(jobTable).where(eq(jobTable.id, job)).get()
        ?.count ?? 0
    );
  }

  has(job: string, { platform, user }: UserKey): boolean {
    const where = and(
      eq(favouriteTable.job, job),
      eq(favouriteTable.platform, platform),
      eq(favouriteTable.person, user),
    );
    return this.database.orm.select().from(favouriteTable).where(where).get() !== undefined;
  }

  /** A person's favourites, newest first. */
  of({ platform, user }: UserKey): Favourite[] {
    const { job, at } = favouriteTable;
    const where = and(eq(favouriteTable.platform, platform), eq(favouriteTable.person, user));
    const rows = this.database.orm.select({ job, at }).from(favouriteTable).where(where).orderBy(desc(at)).all();
    const given = this.database.orm.select().from(heartTable).where(reactionsBy({ platform, user })).all();
    const byJob = new Map<string, { readonly channel: string; readonly message: string }[]>();
    for (const { job: of, channel, message } of given) byJob.set(of, [...(byJob.get(of) ?? []), { channel, message }]);
    return rows.map((row) => ({ ...row, ...(byJob.has(row.job) ? { hearts: byJob.get(row.job) ?? [] } : {}) }));
  }

  /** Takes everything out of a person's favourites. Returns how many there were. */
  removeOf(person: UserKey): number {
    return this.database.write(() => {
      const jobs = this.of(person).map(({ job }) => job);
      const where = and(eq(favouriteTable.platform, person.platform), eq(favouriteTable.person, person.user));
      this.database.orm.delete(favouriteTable).where(where).run();
      this.database.orm.delete(heartTable).where(reactionsBy(person)).run();
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

function reactionsBy({ platform, user }: UserKey): SQL | undefined {
  return and(eq(heartTable.platform, platform), eq(heartTable.person, user));
}
