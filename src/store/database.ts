import { join } from "node:path";
import { and, eq, getTableColumns, type SQL } from "drizzle-orm";
import { BetterSQLiteSession } from "drizzle-orm/better-sqlite3/session";
import { BaseSQLiteDatabase, SQLiteSyncDialect, type SQLiteTable } from "drizzle-orm/sqlite-core";
import type Libsql from "libsql";
import { openSqlite } from "../shared/native.js";
import { inUse, storeError } from "./errors.js";
import { makeFolder } from "./make-folder.js";
import { migrate, type Session } from "./migrate.js";

/** Milliseconds to wait for the lock of a program that is being replaced and still finishing. */
const BUSY_MS = 5_000;

/** The open SQLite file. */
export class Database {
  readonly #client: Libsql.Database;
  readonly #lock: Libsql.Database;
  readonly orm: Orm;

  /**
   * Opens `dir/dreamloom.sqlite`, making both where they are missing, and brings its schema up to date.
   *
   * @throws StoreError when the folder cannot be written, is full or in use, or the file is a newer Dreamloom's.
   */
  constructor(
    readonly dir: string,
    options: { readonly busyMs?: number } = {},
  ) {
    const busyMs = options.busyMs ?? BUSY_MS;
    const opened: Libsql.Database[] = [];
    const open = (name: string): Libsql.Database => {
      const database = openSqlite(join(dir, name));
      opened.push(database);
      database.exec(`PRAGMA busy_timeout = ${busyMs}`);
      return database;
    };
    try {
      makeFolder(dir);
      this.#lock = open(".dreamloom.lock");
      takeLock(this.#lock, dir);
      this.#client = open("dreamloom.sqlite");
      // Every commit is on the disk before it is acknowledged, so that a power cut loses no accepted job. Deleted rows
      // are overwritten with zeros: what people have deleted is not left in the file.
      this.#client.exec(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA foreign_keys = OFF",
      );
      const { orm, session, dialect } = createOrm(this.#client);
      migrate(this.#client, dialect, session, join(dir, "dreamloom.sqlite"));
      this.#client.exec("PRAGMA foreign_keys = ON");
      this.orm = orm;
    } catch (cause) {
      for (const database of opened.reverse()) database.close();
      throw storeError(cause, dir);
    }
  }

  /** Runs `work` in a transaction; inside another one it joins that. */
  write<T>(work: () => T): T {
    if (this.#client.inTransaction) return work();
    try {
      this.#client.exec("BEGIN IMMEDIATE");
      const result = work();
      this.#client.exec("COMMIT");
      return result;
    } catch (cause) {
      // After a full disk SQLite has rolled back already.
      if (this.#client.inTransaction) this.#client.exec("ROLLBACK");
      throw storeError(cause, this.dir);
    }
  }

  /** Moves the write-ahead log into the file, so that no deleted content is left in the log. */
  checkpoint(): void {
    this.#client.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  close(): void {
    // libsql keeps the file open until its statements are collected, so SQLite would not do this by itself.
    try {
      this.checkpoint();
    } finally {
      this.#client.close();
      this.#lock.close();
    }
  }
}

/**
 * Holds the folder for this process until it ends, however it ends: two at once would end each other's jobs. The lock
 * is a file of its own, so that the database stays readable for backups.
 */
function takeLock(lock: Libsql.Database, dir: string): void {
  try {
    lock.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && String(cause.code).startsWith("SQLITE_BUSY"))
      throw inUse(dir, cause);
    throw cause;
  }
}

/** Drizzle's typed queries on one connection; every call is synchronous. */
export type Orm = BaseSQLiteDatabase<"sync", Libsql.RunResult>;

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
