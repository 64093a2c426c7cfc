/** `src/store/schema.ts` and the committed steps in `migrations/` say the same. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { is } from "drizzle-orm";
import { getTableConfig, SQLiteSyncDialect, SQLiteTable } from "drizzle-orm/sqlite-core";
import Libsql from "libsql";
import { describe, expect, it } from "vitest";
import { StoreError } from "../../src/shared/store-error.js";
import { createOrm } from "../../src/store/database.js";
import { migrate, migrations } from "../../src/store/migrate.js";
import { openStore } from "../../src/store/open.js";
import * as schema from "../../src/store/schema.js";
import { newFolder } from "../support/new-folder.js";

const dialect = new SQLiteSyncDialect();
const tables = Object.values(schema).filter((value) => is(value, SQLiteTable));

/** What the schema says of a table, in the words of SQLite's own tables. */
function declared(table: SQLiteTable) {
  const { name, columns, indexes, primaryKeys, foreignKeys } = getTableConfig(table);
  const composite = primaryKeys.flatMap((key) => key.columns.map((column) => column.name));
  const unique = columns
    .filter((column) => column.isUnique)
    .map((column) => ({ columns: [column.name], unique: true, where: "" }));
  return {
    name,
    columns: columns.map((column) => ({
      name: column.name,
      type: column.getSQLType(),
      required: column.notNull || column.primary,
      key: column.primary || composite.includes(column.name),
      hasDefault: column.default !== undefined,
    })),
    indexes: [
      ...unique,
      ...indexes.map(({ config }) => ({
        columns: config.columns.map((column) => ("name" in column ? String(column.name) : "?")),
        unique: config.unique,
        where: config.where ? dialect.sqlToQuery(config.where).sql : "",
      })),
    ],
    references: foreignKeys.map((key) => {
      const { columns: from, foreignTable, foreignColumns } = key.reference();
      const to = `${getTableConfig(foreignTable).name}.${foreignColumns[0]?.name}`;
      return { from: from[0]?.name, to, onDelete: (key.onDelete ?? "no action").toUpperCase() };
    }),
  };
}

/** What is really in a file. */
function found(client: Libsql.Database, name: string): ReturnType<typeof declared> {
  const rows = <T>(sql: string, ...values: unknown[]) => client.prepare(sql).all(...values) as T[];
  const columns = rows<{ name: string; type: string; notnull: number; pk: number; dflt_value: string | null }>(
    "SELECT * FROM pragma_table_info(?)",
    name,
  );
  const indexes = rows<{ name: string; unique: number; origin: string }>("SELECT * FROM pragma_index_list(?)", name);
  const references = rows<{ from: string; table: string; to: string; on_delete: string }>(
    "SELECT * FROM pragma_foreign_key_list(?)",
    name,
  );
  return {
    name,
    columns: columns.map((column) => ({
      name: column.name,
      type: column.type.toLowerCase(),
      required: column.notnull === 1,
      key: column.pk > 0,
      hasDefault: column.dflt_value !== null,
    })),
    indexes: indexes
      .filter((index) => index.origin !== "pk")
      .map((index) => {
        const parts = rows<{ name: string }>("SELECT name FROM pragma_index_info(?) ORDER BY seqno", index.name);
        const [source] = rows<{ sql: string | null }>("SELECT sql FROM sqlite_master WHERE name = ?", index.name);
        return {
          columns: parts.map((part) => part.name),
          unique: index.unique === 1,
          where: /\bWHERE (.*)$/.exec(source?.sql ?? "")?.[1] ?? "",
        };
      }),
    references: references.map((key) => ({ from: key.from, to: `${key.table}.${key.to}`, onDelete: key.on_delete })),
  };
}

const sorted = <T>(values: readonly T[]): T[] =>
  [...values].sort((a, b) =>
    JSON.stringify(a) < JSON.stringify(b) ? -1 : JSON.stringify(a) > JSON.stringify(b) ? 1 : 0,
  );
const inOrder = (table: ReturnType<typeof declared>) => ({
  ...table,
  indexes: sorted(table.indexes),
  references: sorted(table.references),
});

describe("the migrations", () => {
  it("make the tables, columns, indexes and references of the schema, and no others", async () => {
    const dir = newFolder();
    await openStore({ dir }).close();
    const client = new Libsql(join(dir, "dreamloom.sqlite"));
    const names = client
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '*sqlite_*' ORDER BY name")
      .all();
    const made = (names as { name: string }[])
      .map(({ name }) => name)
      .filter((name) => name !== "__drizzle_migrations");
    expect(tables.length).toBeGreaterThan(8);
    expect(made).toEqual(tables.map((table) => getTableConfig(table).name).sort());
    for (const table of tables)
      expect(inOrder(found(client, getTableConfig(table).name))).toEqual(inOrder(declared(table)));
    client.close();
  });

  it("are all named in their index", () => {
    const folderOfSteps = new URL("../../migrations/", import.meta.url);
    const files = readdirSync(folderOfSteps).filter((name) => name.endsWith(".sql"));
    const repository = JSON.parse(readFileSync(new URL("meta/_journal.json", folderOfSteps), "utf8")) as {
      entries: { tag: string }[];
    };
    expect(repository.entries.map(({ tag }) => `${tag}.sql`).sort()).toEqual(files.sort());
    expect(migrations()).toHaveLength(files.length);
    const times = migrations().map((step) => step.folderMillis);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it("are shipped with the program", () => {
    const { files } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
      files: string[];
    };
    expect(files).toContain("migrations");
  });

  it("leave nothing behind when a step fails, so that the next start tries again", () => {
    const client = new Libsql(":memory:");
    const { session } = createOrm(client);
    const good = { sql: ["CREATE TABLE one (a)"], bps: true, folderMillis: 1, hash: "1" };
    const bad = { sql: ["CREATE TABLE two (a)", "CREATE TABLE one (a)"], bps: true, folderMillis: 2, hash: "2" };
    const better = { ...bad, sql: ["CREATE TABLE two (a)"] };
    const tablesNow = () =>
      client
        .prepare("SELECT name FROM sqlite_master WHERE name IN ('one', 'two') ORDER BY name")
        .all()
        .map((row) => (row as { name: string }).name);
    migrate(client, dialect, session, "a file", [good]);
    expect(() => migrate(client, dialect, session, "a file", [good, bad])).toThrow();
    expect(tablesNow()).toEqual(["one"]);
    migrate(client, dialect, session, "a file", [good, better]);
    expect(tablesNow()).toEqual(["one", "two"]);
    client.close();
  });

  it("refuse a file of a newer program and leave it as it is", async () => {
    const dir = newFolder();
    await openStore({ dir }).close();
    const file = join(dir, "dreamloom.sqlite");
    const client = new Libsql(file);
    client.prepare("INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('later', ?)").run(Date.now() + 1e12);
    client.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    client.close();
    const before = readFileSync(file);
    const open = () => openStore({ dir });
    expect(open).toThrow(StoreError);
    expect(open).toThrow(
      `${file} was written by a newer Dreamloom: update this one, or name another folder in DATA_DIR.`,
    );
    expect(readFileSync(file).equals(before)).toBe(true);
    const log = `${file}-wal`;
    expect(existsSync(log) ? statSync(log).size : 0).toBe(0);
  });
});
