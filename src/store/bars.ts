import { and, asc, count, inArray } from "drizzle-orm";
import type { Community, Mentioned, User } from "../domain/model.js";
import { type Database, matching } from "./database.js";
import type { Favourites } from "./favourites.js";
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
    private readonly favourites: Pick<Favourites, "barsChanged">,
    private readonly now: () => number,
  ) {}

  /** Returns whether it is new. */
  add(where: Community, subject: Mentioned, by: User): boolean {
    const { platform, community } = where;
    const { kind, id, name } = subject;
    const row = { platform, community, kind, subject: id, name, byId: by.id, byName: by.name, at: this.now() };
    const insert = this.database.orm.insert(barTable).values(row).onConflictDoNothing();
    return this.#change(() => insert.run().changes > 0, where, subject);
  }

  /** Returns whether there was one. */
  remove(where: Community, subject: Pick<Mentioned, "kind" | "id">): boolean {
    const { platform, community } = where;
    const it = matching(barTable, { platform, community, kind: subject.kind, subject: subject.id });
    return this.#change(() => this.database.orm.delete(barTable).where(it).run().changes > 0, where, subject);
  }

  #change(work: () => boolean, where: Community, subject: Pick<Mentioned, "kind" | "id">): boolean {
    return this.database.write(() => {
      const changed = work();
      if (changed) this.favourites.barsChanged(where, subject);
      return changed;
    });
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
