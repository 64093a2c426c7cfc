import type Libsql from "libsql";
import type { KeyValueStore } from "../../port/adapter.js";
import { openSqlite } from "../../shared/native.js";
import { migrate } from "./migrations.js";

type Value = string | number | null;

const PRAGMAS =
  "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON";

/**
 * The web chat's SQLite file; callers give their rows' types. Synchronous: every call takes well under a millisecond.
 */
export class Sql {
  readonly #database: Libsql.Database;

  /** @param file Path of the database, or ":memory:". */
  constructor(file: string) {
    this.#database = openSqlite(file);
    this.#database.exec(PRAGMAS);
    migrate(this.#database);
  }

  get<Row>(query: string, ...values: Value[]): Row | undefined {
    return this.#database.prepare(query).get(values) as Row | undefined;
  }

  /** For queries that always have a row. */
  one<Row>(query: string, ...values: Value[]): Row {
    return this.get<Row>(query, ...values) as Row;
  }

  all<Row>(query: string, ...values: Value[]): Row[] {
    return this.#database.prepare(query).all(values) as Row[];
  }

  run(query: string, ...values: Value[]): Libsql.RunResult {
    return this.#database.prepare(query).run(values);
  }

  transaction<T>(operation: () => T): T {
    return this.#database.transaction(operation).immediate();
  }

  close(): void {
    this.#database.close();
  }
}

/** Small values in the chat's own file, so that they are written together with its messages. */
export class KeyValues implements KeyValueStore {
  constructor(private readonly sql: Sql) {}

  get(key: string): unknown {
    const row = this.sql.get<{ value: string }>("SELECT value FROM setting WHERE name = ?", key);
    return row && JSON.parse(row.value);
  }

  set(key: string, value: NonNullable<unknown>): void {
    this.sql.run("INSERT OR REPLACE INTO setting VALUES (?, ?)", key, JSON.stringify(value));
  }

  delete(key: string): void {
    this.sql.run("DELETE FROM setting WHERE name = ?", key);
  }

  list(prefix: string): (readonly [key: string, value: unknown])[] {
    const query = "SELECT name, value FROM setting WHERE substr(name, 1, length(?)) = ? ORDER BY rowid";
    const rows = this.sql.all<{ name: string; value: string }>(query, prefix, prefix);
    return rows.map(({ name, value }) => [name, JSON.parse(value)]);
  }
}
