import { and, asc, count, inArray } from "drizzle-orm";
import type { Community, Mentioned, User } from "../domain/model.js";
import { type Database, matching } from "./database.js";
import { barTable } from "./schema.js";

export interface Bar extends Mentioned {
  readonly by: User;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Whom moderators have barred from the bot, by community. */
export class Bars {
  constructor(
    private readonly database: Database,
    private readonly now: () => number,
  ) {}

  /** Returns whether it is new. */
  add({ platform, community }: Community, { kind, id: subject, name }: Mentioned, by: User): boolean {
    const row = { platform, community, kind, subject, name, byId: by.id, byName: by.name, at: this.now() };
    const insert = this.database.orm.insert(barTable).values(row).onConflictDoNothing();
    return this.database.write(() => insert.run().changes > 0);
  }

  /** Returns whether there was one. */
  remove({ platform, community }: Community, { kind, id: subject }: Pick<Mentioned, "kind" | "id">): boolean {
    const where = matching(barTable, { platform, community, kind, subject });
    return this.database.write(() => this.database.orm.delete(barTable).where(where).run().changes > 0);
  }

  /** Whether a person is barred, or one of their roles. */
  has(community: Community, person: string, roles: readonly string[] = []): boolean {
    return this.#finds(community, "person", [person]) || (roles.length > 0 && this.#finds(community, "role", roles));
  }

  /** The oldest first. */
  of({ platform, community }: Community): Bar[] {
    const where = matching(barTable, { platform, community });
    const rows = this.database.orm.select().from(barTable).where(where).orderBy(asc(barTable.at)).all();
    return rows.map(({ kind, subject: id, name, byId, byName, at }) => {
      return { kind, id, name, by: { id: byId, name: byName }, at };
    });
  }

  count({ platform, community }: Community): number {
    const where = matching(barTable, { platform, community });
    return this.database.orm.select({ bars: count() }).from(barTable).where(where).get()?.bars ?? 0;
  }

  #finds({ platform, community }: Community, kind: Mentioned["kind"], subjects: readonly string[]): boolean {
    const where = and(matching(barTable, { platform, community, kind }), inArray(barTable.subject, [...subjects]));
    return this.database.orm.select({ at: barTable.at }).from(barTable).where(where).limit(1).get() !== undefined;
  }
}
