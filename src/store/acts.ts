import { and, desc, lt, lte } from "drizzle-orm";
import type { Community, User } from "../domain/model.js";
import { type Database, matching } from "./database.js";
import { present } from "./job-rows.js";
import { actTable } from "./schema.js";

/** An act of a moderator. */
interface StoredAct extends Community {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly by: User;
  readonly kind: string;
  readonly subject: string;
  readonly detail?: string;
}

/** The newest that are kept of each community. */
const MOST = 5_000;

/** The log of what moderators have done, by community. */
export class Acts {
  constructor(
    private readonly database: Database,
    private readonly now: () => number,
    private readonly most = MOST,
  ) {}

  add({ platform, community, by, kind, subject, detail }: Omit<StoredAct, "at">): void {
    const { orm } = this.database;
    const row = { platform, community, at: this.now(), byId: by.id, byName: by.name, kind, subject };
    const here = matching(actTable, { platform, community });
    const { seq } = actTable;
    this.database.write(() => {
      orm
        .insert(actTable)
        .values({ ...row, detail: detail ?? null })
        .run();
      const oldest = orm.select({ seq }).from(actTable).where(here).orderBy(desc(seq)).limit(1).offset(this.most).get();
      if (oldest)
        orm
          .delete(actTable)
          .where(and(here, lte(seq, oldest.seq)))
          .run();
    });
  }

  /** The newest first. */
  of({ platform, community }: Community, limit: number): StoredAct[] {
    const here = matching(actTable, { platform, community });
    const newest = this.database.orm.select().from(actTable).where(here).orderBy(desc(actTable.seq)).limit(limit);
    return newest.all().map(({ at, byId, byName, kind, subject, detail }) => {
      const act = { platform, community, at, by: { id: byId, name: byName }, kind, subject };
      return { ...act, ...present({ detail }) };
    });
  }

  /** Removes acts from before `time`. Returns how many. */
  removeOlder(time: number): number {
    const old = lt(actTable.at, time);
    return this.database.write(() => this.database.orm.delete(actTable).where(old).run().changes);
  }
}
