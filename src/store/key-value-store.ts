import { and, asc, eq, gte, lt } from "drizzle-orm";
import type { Database } from "./database.js";
import { memoTable } from "./schema.js";
import type { Sealer } from "./sealer.js";

/** Small values that parts of the program keep between two runs. Callers check what they read. */
export class KeyValueStores {
  constructor(
    private readonly database: Database,
    private readonly now: () => number,
    private readonly sealer: Sealer,
  ) {}

  /** Undefined when there is none. */
  get(key: string): unknown {
    const row = this.database.orm.select().from(memoTable).where(eq(memoTable.key, key)).get();
    return row && this.sealer.open(key, row.value);
  }

  /** @param value anything that JSON can say, but for null */
  set(key: string, value: NonNullable<unknown>): void {
    const set = { value: this.sealer.seal(key, value), at: this.now() };
    const insert = this.database.orm.insert(memoTable).values({ key, ...set });
    this.database.write(() => insert.onConflictDoUpdate({ target: memoTable.key, set }).run());
  }

  delete(key: string): void {
    this.database.write(() => this.database.orm.delete(memoTable).where(eq(memoTable.key, key)).run());
  }

  /** All under keys that begin so, the oldest first. */
  list(prefix: string): readonly (readonly [key: string, value: unknown])[] {
    const { at, key } = memoTable;
    const begins = and(gte(key, prefix), lt(key, `${prefix}\u{10FFFF}`));
    const rows = this.database.orm.select().from(memoTable).where(begins).orderBy(asc(at), asc(key)).all();
    return rows.map((row) => [row.key, this.sealer.open(row.key, row.value)]);
  }
}
