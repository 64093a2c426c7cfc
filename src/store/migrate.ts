import { fileURLToPath } from "node:url";
import { type MigrationMeta, readMigrationFiles } from "drizzle-orm/migrator";
import type { BaseSQLiteDatabase, SQLiteSyncDialect } from "drizzle-orm/sqlite-core";
import type Libsql from "libsql";
import { StoreError } from "../shared/store-error.js";

/** Drizzle's session for a synchronous connection. */
export type Session = ConstructorParameters<typeof BaseSQLiteDatabase<"sync", Libsql.RunResult>>[2];

/** The schema's history as drizzle-kit writes it, beside `src` and `dist` alike. */
const FOLDER = fileURLToPath(new URL("../../migrations", import.meta.url));
const TABLE = "__drizzle_migrations";

/** The committed migrations, oldest first. */
export function migrations(): MigrationMeta[] {
  return readMigrationFiles({ migrationsFolder: FOLDER });
}

/**
 * Brings a file's schema up to date in one transaction.
 *
 * @param steps The migrations that this program knows.
 * @throws StoreError "newer" when a later Dreamloom has written the file: it is left as it is.
 */
export function migrate(
  client: Libsql.Database,
  dialect: SQLiteSyncDialect,
  session: Session,
  file: string,
  steps: MigrationMeta[] = migrations(),
): void {
  const last = steps.at(-1)?.folderMillis ?? 0;
  if (client.prepare("SELECT 1 FROM sqlite_master WHERE name = ?").get(TABLE) !== undefined) {
    const { at } = client.prepare(`SELECT MAX(created_at) AS at FROM ${TABLE}`).get() as { at: number | null };
    if (Number(at ?? 0) > last) {
      throw new StoreError("newer", "store.newer", { file });
    }
  }
  dialect.migrate(steps, session);
}
