import { constants, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { openSqlite } from "../shared/sqlite.js";
import { storeError } from "./errors.js";

/** The databases of a data folder; the second is the web chat's own. */
const DATABASES = ["dreamloom.sqlite", "web-chat.sqlite"];
/** Folders of pictures that are named by their content: a file that is there needs no second copy. */
const FOLDERS = ["images", "pictures"];

export interface Backup {
  /** Names of the databases that were copied. */
  readonly databases: readonly string[];
  /** Picture files copied now, those that an earlier backup had, and those removed because they are no longer kept. */
  readonly copied: number;
  readonly kept: number;
  readonly removed: number;
}

/**
 * Copies a data folder into another folder while a program uses it. Databases first: every picture that they name was there then, and
 * is missing in the copy only if somebody has deleted it since. A later backup into the same folder copies new pictures only, and
 * forgets those that have been deleted.
 *
 * @throws StoreError when the data folder or the target cannot be used.
 */
export async function backUp(dir: string, target: string): Promise<Backup> {
  try {
    mkdirSync(target, { recursive: true, mode: 0o700 });
    const databases = DATABASES.filter((name) => existsSync(join(dir, name)));
    for (const name of databases) copyDatabase(join(dir, name), join(target, name));
    const sums = { copied: 0, kept: 0, removed: 0 };
    for (const folder of FOLDERS) {
      const one = await mirror(join(dir, folder), join(target, folder));
      sums.copied += one.copied;
      sums.kept += one.kept;
      sums.removed += one.removed;
    }
    return { databases, ...sums };
  } catch (cause) {
    throw storeError(cause, target);
  }
}

/** SQLite writes the copy itself, from one moment of a database that may be in use, write-ahead log and all. */
function copyDatabase(from: string, to: string): void {
  const partial = `${to}.part`;
  rmSync(partial, { force: true });
  const database = openSqlite(from);
  try {
    database.exec("PRAGMA busy_timeout = 10000");
    database.prepare("VACUUM INTO ?").run(partial);
  } finally {
    database.close();
  }
  renameSync(partial, to);
}

async function mirror(from: string, to: string): Promise<Omit<Backup, "databases">> {
  const wanted = new Set(filesIn(from));
  const there = new Set(filesIn(to));
  let copied = 0;
  for (const file of wanted) {
    if (there.has(file)) continue;
    mkdirSync(join(to, file, ".."), { recursive: true });
    // Whole or not there: a copy that was cut short must not pass for the picture the next time.
    const partial = join(to, `${file}.part`);
    try {
      await copyFile(join(from, file), partial, constants.COPYFILE_FICLONE);
    } catch (error) {
      // Deleted since the folder was read.
      if (error instanceof Error && "code" in error && error.code === "ENOENT") continue;
      throw error;
    }
    renameSync(partial, join(to, file));
    copied += 1;
  }
  const gone = [...there].filter((file) => !wanted.has(file));
  for (const file of gone) rmSync(join(to, file), { force: true });
  return { copied, kept: there.size - gone.length, removed: gone.length };
}

/** Paths of the files under a folder, those that are still being written apart. */
function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".part"))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
