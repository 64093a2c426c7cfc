import { BetterSQLiteSession } from "drizzle-orm/better-sqlite3/session";
import { BaseSQLiteDatabase, SQLiteSyncDialect } from "drizzle-orm/sqlite-core";
import type Libsql from "libsql";

/** Drizzle's session for a connection that answers at once. */
export type Session = ConstructorParameters<typeof BaseSQLiteDatabase<"sync", Libsql.RunResult>>[2];

/** Drizzle's typed queries on one connection; every call is synchronous. */
export type Orm = BaseSQLiteDatabase<"sync", Libsql.RunResult>;

/**
 * Drizzle over libsql, whose interface is better-sqlite3's. Put together from drizzle's parts: its own `drizzle()` for better-sqlite3
 * loads that package, which would have to be compiled, and the one for libsql needs the asynchronous client.
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
