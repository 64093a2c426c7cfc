import { eq } from "drizzle-orm";
import type { Database } from "./database.js";
import { memoTable } from "./schema.js";

/** Small things that parts of the program remember between two runs. What they mean is the callers' business, who check what they read. */
export class KeyValueStores {
  constructor(
    private readonly database: Database,
    private readonly now: () => number,
  ) {}

  /** Undefined when nothing is remembered. */
  get(key: string): unknown {
    return this.database.orm.select().from(memoTable).where(eq(memoTable.key, key)).get()?.value;
  }

  /** @param value anything that JSON can say, but for null */
  set(key: string, value: NonNullable<unknown>): void {
    const row = { key, value, at: this.now() };
    const changed = { value, at: row.at };
    this.database.write(() => {
      this.database.orm.insert(memoTable).values(row).onConflictDoUpdate({ target: memoTable.key, set: changed }).run();
    });
  }
}
