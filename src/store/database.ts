import { join } from "node:path";
import { and, eq, getTableColumns, getTableName, is, type SQL } from "drizzle-orm";
import { BetterSQLiteSession } from "drizzle-orm/better-sqlite3/session";
import { BaseSQLiteDatabase, SQLiteSyncDialect, SQLiteTable } from "drizzle-orm/sqlite-core";
import type Libsql from "libsql";
import { checkJson } from "../shared/check-database.js";
import { makeFolder } from "../shared/make-folder.js";
import { openSqlite } from "../shared/native.js";
import { SqliteFile, type SyncedOptions } from "../shared/sqlite-file.js";
import { storeError } from "../shared/store-error.js";
import { migrate, type Session } from "./migrate.js";
import * as schema from "./schema.js";

/** Milliseconds to wait for the lock of a program that is being replaced and still finishing. */
const BUSY_MS = 5_000;

const NAME = "dreamloom.sqlite";

/** Columns that hold JSON, with their tables' names. */
const JSON_COLUMNS = Object.values(schema).flatMap((table: unknown) =>
  is(table, SQLiteTable)
    ? Object.values(getTableColumns(table)).flatMap(({ name, dataType }) =>
        dataType === "json" ? [`${getTableName(table)}.${name}`] : [],
      )
    : [],
);

/** The open SQLite file of the data folder. */
export class Database {
  readonly #lock: Libsql.Database;
  readonly #file: SqliteFile;
  readonly orm: Orm;

  /**
   * Opens `dir/dreamloom.sqlite`, making both where they are missing, and brings its schema up to date.
   *
   * @throws StoreError when the folder cannot be written, is full or in use, or the file is a newer Dreamloom's.
   */
  constructor(
    readonly dir: string,
    { busyMs = BUSY_MS }: { readonly busyMs?: number } = {},
  ) {
    this.#lock = takeLock(dir, busyMs);
    try {
      const path = join(dir, NAME);
      const bringUpToDate = (client: Libsql.Database): void => {
        const { session, dialect } = createOrm(client);
        migrate(client, dialect, session, path);
        checkJson(client, path, JSON_COLUMNS);
      };
      this.#file = new SqliteFile(path, bringUpToDate, busyMs);
    } catch (error) {
      this.#lock.close();
      throw error;
    }
    this.orm = createOrm(this.#file.client).orm;
  }

  get path(): string {
    return this.#file.path;
  }

  /** @see {@link SqliteFile.write} */
  write<T>(work: () => T, options?: { readonly durable: boolean }): T {
    return this.#file.write(work, options);
  }

  /** @see {@link SqliteFile.synced} */
  synced(options?: SyncedOptions): Promise<void> {
    return this.#file.synced(options);
  }

  /** Moves the write-ahead log into the file, so that no deleted content is left in the log. */
  checkpoint(): void {
    this.#file.checkpoint();
  }

  close(): void {
    try {
      this.#file.close();
    } finally {
      this.#lock.close();
    }
  }
}

/**
 * Holds the folder for this process until it ends, however it ends: two at once would end each other's jobs. The lock
 * is a file of its own, so that the database stays readable for backups.
 */
function takeLock(dir: string, busyMs: number): Libsql.Database {
  let lock: Libsql.Database | undefined;
  try {
    makeFolder(dir);
    lock = openSqlite(join(dir, ".dreamloom.lock"));
    lock.exec(`PRAGMA busy_timeout = ${busyMs}; BEGIN EXCLUSIVE`);
    return lock;
  } catch (cause) {
    lock?.close();
    throw storeError(cause, join(dir, NAME));
  }
}

/** Drizzle's typed queries on one connection; every call is synchronous. */
type Orm = BaseSQLiteDatabase<"sync", Libsql.RunResult>;

/**
 * Drizzle over libsql, whose interface is better-sqlite3's. Put together from drizzle's parts: its own `drizzle()` for
 * better-sqlite3 loads that package, which would have to be compiled, and the one for libsql needs the asynchronous
 * client.
 */
export function createOrm(client: Libsql.Database): {
  readonly orm: Orm;
  readonly session: Session;
  readonly dialect: SQLiteSyncDialect;
} {
  const dialect = new SQLiteSyncDialect();
  const session: Session = new BetterSQLiteSession(client, dialect, undefined);
  return { orm: new BaseSQLiteDatabase("sync", dialect, session, undefined), session, dialect };
}

/**
 * The rows of a table with these values in its columns; what is undefined is not asked for.
 *
 * @example orm.select().from(voteTable).where(matching(voteTable, { board, person: user }))
 */
export function matching<T extends SQLiteTable>(
  table: T,
  values: { readonly [C in keyof T["$inferSelect"]]?: T["$inferSelect"][C] | undefined },
): SQL | undefined {
  const columns = Object.entries(getTableColumns(table));
  const wanted: Readonly<Record<string, unknown>> = values;
  return and(...columns.map(([name, column]) => (wanted[name] === undefined ? undefined : eq(column, wanted[name]))));
}
