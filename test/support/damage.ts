import { closeSync, openSync, statSync, writeSync } from "node:fs";
import { openSqlite } from "../../src/shared/native.js";

/** Overwrites all of a SQLite file but its first page, as a dying disk does, also while a program has it open. */
export function damage(path: string): void {
  const other = openSqlite(path);
  // What is in the write-ahead log would hide it, and what the program still has in memory: that goes by a write.
  other.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  const page = 4096;
  const file = openSync(path, "r+");
  const { size } = statSync(path);
  writeSync(file, Buffer.alloc(size - page, "damaged "), 0, size - page, page);
  closeSync(file);
  other.exec("PRAGMA user_version = 77");
  other.close();
}
