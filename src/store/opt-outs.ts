import type { UserKey } from "../domain/model.js";
import { type Database, matching } from "./database.js";
import { optOutTable } from "./schema.js";

/** People whose pictures and works no one else may use. */
export class OptOuts {
  constructor(
    private readonly database: Database,
    private readonly now: () => number,
  ) {}

  /** Returns whether that is new. */
  set({ platform, user: person }: UserKey, on: boolean): boolean {
    const { orm } = this.database;
    const change = on
      ? orm.insert(optOutTable).values({ platform, person, at: this.now() }).onConflictDoNothing()
      : orm.delete(optOutTable).where(matching(optOutTable, { platform, person }));
    return this.database.write(() => change.run().changes > 0);
  }

  has(user: UserKey): boolean {
    return this.of(user) !== undefined;
  }

  /** Since when, in milliseconds since the epoch; undefined for those who have not. */
  of({ platform, user: person }: UserKey): number | undefined {
    const { at } = optOutTable;
    const where = matching(optOutTable, { platform, person });
    return this.database.orm.select({ at }).from(optOutTable).where(where).get()?.at;
  }
}
