import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/** Files that this process is writing. */
const unfinished = new Set<string>();

/**
 * Whether this process is writing that file aside. Of an unfinished one that it is not writing, in a folder of its own,
 * it can be said that a process has died over it.
 */
export function isUnfinished(path: string): boolean {
  return unfinished.has(resolve(path));
}

/** Writes a file, whole or not at all. When this resolves it outlives a power cut. The folder must be there. */
export async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  // A reader must never see half a file: write aside, then rename.
  const temporary = join(dirname(resolve(path)), `.${randomUUID()}.part`);
  unfinished.add(temporary);
  try {
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    unfinished.delete(temporary);
  }
  await syncFolder(dirname(path));
}

/** Makes a rename last through a power cut. Windows cannot open a folder, and does not need it. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
