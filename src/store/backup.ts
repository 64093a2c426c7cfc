import { constants, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { openSqlite } from "../shared/native.js";
import { StoreError, storeError } from "../shared/store-error.js";

/** The databases of a data folder; the second is the web chat's own. */
const DATABASES = ["dreamloom.sqlite", "web-chat.sqlite"];
/** Folders of images that are named by their content: a file that is there needs no second copy. */
const FOLDERS = ["images", "pictures"];

export interface Backup {
  /** Names of the databases that were copied. */
  readonly databases: readonly string[];
  /** Image files copied now, those that an earlier backup had, and those removed because they are no longer kept. */
  readonly copied: number;
  readonly kept: number;
  readonly removed: number;
}

/**
 * Copies a data folder into another folder while a program uses it. Databases first: every image that they name was
 * there then, and is missing in the copy only if it was deleted since. A later backup into the same folder copies new
 * images only, and removes those that were deleted.
 *
 * @throws StoreError when the data folder or the target cannot be used
 */
export async function backUp(dir: string, target: string): Promise<Backup> {
  try {
    mkdirSync(target, { recursive: true, mode: 0o700 });
    const databases = DATABASES.filter((name) => existsSync(join(dir, name)));
    for (const name of databases) copyDatabase(join(dir, name), join(target, name));
    const sums = { copied: 0, kept: 0, removed: 0 };
    for (const folder of FOLDERS) await mirror(join(dir, folder), join(target, folder), sums);
    return { databases, ...sums };
  } catch (cause) {
    throw storeError(cause, target);
  }
}

/** SQLite writes a consistent copy of a database that may be in use, its write-ahead log included. */
function copyDatabase(from: string, to: string): void {
  const partial = `${to}.part`;
  rmSync(partial, { force: true });
  try {
    const database = openSqlite(from);
    try {
      database.exec("PRAGMA busy_timeout = 10000");
      database.prepare("VACUUM INTO ?").run(partial);
    } finally {
      database.close();
    }
  } catch (cause) {
    // What is full or cannot be written is the copy; what is damaged is the original.
    const error = storeError(cause, to);
    throw error instanceof StoreError && error.kind === "damaged" ? storeError(cause, from) : error;
  }
  renameSync(partial, to);
}

/** Makes the files of a folder those of another one, and counts. */
async function mirror(
  from: string,
  to: string,
  sums: { copied: number; kept: number; removed: number },
): Promise<void> {
  const wanted = new Set(filesIn(from));
  const there = new Set(filesIn(to));
  for (const file of wanted) {
    if (there.has(file)) continue;
    mkdirSync(join(to, file, ".."), { recursive: true });
    // Whole or not there: a copy that was cut short must not count as the image the next time.
    const partial = join(to, `${file}.part`);
    try {
      await copyFile(join(from, file), partial, constants.COPYFILE_FICLONE);
    } catch (error) {
      // Deleted since the folder was read.
      if (error instanceof Error && "code" in error && error.code === "ENOENT") continue;
      throw error;
    }
    renameSync(partial, join(to, file));
    sums.copied += 1;
  }
  const gone = [...there].filter((file) => !wanted.has(file));
  for (const file of gone) rmSync(join(to, file), { force: true });
  sums.kept += there.size - gone.length;
  sums.removed += gone.length;
}

/** Paths of the files under a folder, without those that are still being written. */
function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".part"))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
