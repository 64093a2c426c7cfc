import { and, eq, getTableColumns, type SQL } from "drizzle-orm";
import { BetterSQLiteSession } from "drizzle-orm/better-sqlite3/session";
import { BaseSQLiteDatabase, SQLiteSyncDialect, type SQLiteTable } from "drizzle-orm/sqlite-core";
import type Libsql from "libsql";

/** Drizzle's session for a synchronous connection. */
export type Session = ConstructorParameters<typeof BaseSQLiteDatabase<"sync", Libsql.RunResult>>[2];

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
