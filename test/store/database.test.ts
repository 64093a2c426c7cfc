import { sql } from "drizzle-orm";
import { describe, expect, it, onTestFinished } from "vitest";
import { StoreError } from "../../src/shared/store-error.js";
import { Database } from "../../src/store/database.js";
import { settingTable } from "../../src/store/schema.js";
import { newFolder } from "../support/new-folder.js";

function open(): Database {
  const database = new Database(newFolder());
  onTestFinished(() => database.close());
  return database;
}

const row = (key: string, value: string) => ({ platform: "p", community: "c", channel: "", key, value, at: 1 });

describe("a transaction", () => {
  it("happens as a whole or not at all, also inside another one", () => {
    const database = open();
    const write = (key: string) => database.orm.insert(settingTable).values(row(key, "x")).run();
    const keys = () =>
      database.orm
        .select()
        .from(settingTable)
        .all()
        .map(({ key }) => key);
    database.write(() => {
      write("a");
      database.write(() => write("b"));
    });
    expect(() =>
      database.write(() => {
        database.write(() => write("c"));
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(keys()).toEqual(["a", "b"]);
  });

  it("on a full disk is undone, tells so, and the next one succeeds when there is space", () => {
    const database = open();
    // SQLite itself says when the file may not grow any more, just as it does on a full disk.
    const pages = database.orm.get<[number]>(sql`PRAGMA page_count`);
    database.orm.get(sql.raw(`PRAGMA max_page_count = ${Object.values(pages)[0]}`));
    const large = () =>
      database.write(() =>
        database.orm
          .insert(settingTable)
          .values(row("large", "x".repeat(200_000)))
          .run(),
      );
    expect(large).toThrow(StoreError);
    expect(large).toThrow(
      /^There is no space left for .*dreamloom\.sqlite: free some, or lower retention\.megabytes\.$/,
    );
    expect(database.orm.select().from(settingTable).all()).toEqual([]);
    database.orm.get(sql.raw("PRAGMA max_page_count = 100000"));
    large();
    expect(database.orm.select().from(settingTable).all()).toHaveLength(1);
  });
});
