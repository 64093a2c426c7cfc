import { eq } from "drizzle-orm";
import type { Database } from "./database.js";
import { memoTable } from "./schema.js";

/** Small values that parts of the program keep between two runs. Callers check what they read. */
export class KeyValueStores {
  constructor(
    private readonly database: Database,
    private readonly now: () => number,
  ) {}

  /** Undefined when there is none. */
  get(key: string): unknown {
    return this.database.orm.select().from(memoTable).where(eq(memoTable.key, key)).get()?.value;
  }

  /** @param value anything that JSON can say, but for null */
  set(key: string, value: NonNullable<unknown>): void {
    const set = { value, at: this.now() };
    const insert = this.database.orm.insert(memoTable).values({ key, ...set });
    this.database.write(() => insert.onConflictDoUpdate({ target: memoTable.key, set }).run());
  }
}
