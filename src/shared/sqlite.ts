import type Libsql from "libsql";
import { loadNative } from "./native.js";

/**
 * Opens a SQLite file.
 * @param file its path, or ":memory:"
 * @throws NativePartError where libsql's native part is missing
 */
export function openSqlite(file: string, options?: Libsql.Options): Libsql.Database {
  const Sqlite = loadNative<typeof Libsql>("libsql");
  return new Sqlite(file, options);
}
