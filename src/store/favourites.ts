import { and, desc, eq, inArray, type SQL, sql } from "drizzle-orm";
import type { Community, Mentioned, MessageRef, UserKey } from "../domain/model.js";
import { type Database, matching } from "./database.js";
import { present } from "./job-rows.js";
import { barTable, favouriteTable, heartTable, jobTable } from "./schema.js";

/** Who has a favourite, with their roles as far as they are known. */
interface Lover extends UserKey {
  readonly roles?: readonly string[] | undefined;
}

interface Heart {
  readonly channel: string;
  readonly message: string;
}

export interface Favourite {
  readonly job: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The user's then. */
  readonly roles?: readonly string[];
  /** The messages with the user's ❤️, where it was given by reaction. */
  readonly hearts?: readonly Heart[];
}

interface FavouriteChange {
  readonly changed: boolean;
  /** How many people have the job among their favourites now, without those who are barred. */
  readonly count: number;
}

/** A job's favourites, counted beside it. Those of people who are barred there are kept, and do not count. */
const COUNT = sql`(SELECT count(*) FROM ${favouriteTable} WHERE ${favouriteTable.job} = ${jobTable.id}
  AND NOT EXISTS (SELECT 1 FROM ${barTable} WHERE ${barTable.platform} = ${jobTable.platform}
    AND ${barTable.community} = ${jobTable.community} AND (
      (${barTable.kind} = 'person' AND ${barTable.subject} = ${favouriteTable.person})
      OR (${barTable.kind} = 'role'
        AND ${barTable.subject} IN (SELECT value FROM json_each(${favouriteTable.roles}))))))`;

/** Users' favourite jobs. */
export class Favourites {
  constructor(
    private readonly database: Database,
    private readonly now: () => number,
  ) {}

  /** Adds a job to a user's favourites, or removes it. A job that is not kept is ignored. */
  set(job: string, { platform, user: person, roles }: Lover, on: boolean): FavouriteChange {
    const { orm } = this.database;
    return this.database.write(() => {
      if (!orm.select({ id: jobTable.id }).from(jobTable).where(eq(jobTable.id, job)).get())
        return { changed: false, count: 0 };
      const key = { job, platform, person };
      const row = { ...key, at: this.now(), roles: roles ?? null };
      const { changes } = on
        ? orm.insert(favouriteTable).values(row).onConflictDoNothing().run()
        : orm.delete(favouriteTable).where(matching(favouriteTable, key)).run();
      if (!on) orm.delete(heartTable).where(matching(heartTable, key)).run();
      if (changes > 0) this.#recount(eq(jobTable.id, job));
      return { changed: changes > 0, count: this.count(job) };
    });
  }

  /** A user adds or removes a ❤️ on a job's message. The job is a favourite as long as one message has one. */
  react(job: string, message: MessageRef, by: Lover, on: boolean): FavouriteChange {
    const { orm } = this.database;
    const key = { job, platform: by.platform, person: by.user };
    const row = { ...key, channel: message.channel.id, message: message.id };
    return this.database.write(() => {
      if (on) {
        const change = this.set(job, by, true);
        // Of a job that is not kept nothing is noted.
        if (this.has(job, by)) orm.insert(heartTable).values(row).onConflictDoNothing().run();
        return change;
      }
      orm.delete(heartTable).where(matching(heartTable, row)).run();
      const other = orm.select().from(heartTable).where(matching(heartTable, key)).get();
      return other ? { changed: false, count: this.count(job) } : this.set(job, by, false);
    });
  }

  /** Everybody's ❤️ on a job's message are taken back. */
  clear(job: string, message: MessageRef): void {
    const { platform, id: channel } = message.channel;
    const here = matching(heartTable, { job, platform, channel, message: message.id });
    this.database.write(() => {
      for (const { person } of this.database.orm.select().from(heartTable).where(here).all())
        this.react(job, message, { platform, user: person }, false);
    });
  }

  count(job: string): number {
    const { favourites: count } = jobTable;
    return this.database.orm.select({ count }).from(jobTable).where(eq(jobTable.id, job)).get()?.count ?? 0;
  }

  has(job: string, { platform, user: person }: UserKey): boolean {
    const where = matching(favouriteTable, { job, platform, person });
    return this.database.orm.select().from(favouriteTable).where(where).get() !== undefined;
  }

  /** A user's favourites, newest first. */
  of({ platform, user: person }: UserKey): Favourite[] {
    const { orm } = this.database;
    const { job, at, roles } = favouriteTable;
    const where = matching(favouriteTable, { platform, person });
    const rows = orm.select({ job, at, roles }).from(favouriteTable).where(where).orderBy(desc(at)).all();
    const given = orm.select().from(heartTable).where(matching(heartTable, { platform, person })).all();
    return rows.map(({ roles: held, ...row }) => {
      const hearts = given.filter((heart) => heart.job === row.job);
      const messages = hearts.map(({ channel, message }) => ({ channel, message }));
      return { ...row, ...present({ roles: held }), ...(messages.length > 0 && { hearts: messages }) };
    });
  }

  /** Removes all of a user's favourites. Returns how many there were. */
  removeOf(user: UserKey): number {
    const key = { platform: user.platform, person: user.user };
    return this.database.write(() => {
      const jobs = this.of(user).map(({ job }) => job);
      this.database.orm.delete(favouriteTable).where(matching(favouriteTable, key)).run();
      this.database.orm.delete(heartTable).where(matching(heartTable, key)).run();
      this.#recount(inArray(jobTable.id, jobs));
      return jobs.length;
    });
  }

  /** Counts again the favourites of somebody in a community where they were barred, or are no longer. */
  barsChanged({ platform, community }: Community, { kind, id }: Pick<Mentioned, "kind" | "id">): void {
    const { job, person, roles } = favouriteTable;
    const isTheirs = kind === "person" ? eq(person, id) : sql`${id} IN (SELECT value FROM json_each(${roles}))`;
    const theirs = and(matching(favouriteTable, { platform }), isTheirs);
    const ofThem = this.database.orm.select({ job }).from(favouriteTable).where(theirs);
    this.#recount(and(matching(jobTable, { platform, community }), inArray(jobTable.id, ofThem)));
  }

  /** Updates the counts beside these jobs. */
  #recount(which: SQL | undefined): void {
    this.database.orm.update(jobTable).set({ favourites: COUNT }).where(which).run();
  }
}
