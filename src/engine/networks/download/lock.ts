/** A lock between processes: a file that its owner keeps touching. */

import { mkdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { abortableDelay } from "../../../shared/async.js";

/** Milliseconds after which an untouched lock counts as left behind by a process that died. */
const STALE_AFTER = 20_000;

const isError = (error: unknown, code: string): boolean =>
  error instanceof Error && "code" in error && error.code === code;

async function acquire(path: string): Promise<boolean> {
  try {
    await writeFile(path, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (isError(error, "EEXIST")) return false;
    throw error;
  }
}

/** Takes a stale lock away. Renaming first means that of several who find it stale, one only removes it. */
async function removeStale(path: string): Promise<void> {
  try {
    if (Date.now() - (await stat(path)).mtimeMs < STALE_AFTER) return;
    const aside = `${path}.${process.pid}.${Date.now()}.stale`;
    await rename(path, aside);
    await rm(aside, { force: true });
  } catch (error) {
    if (!isError(error, "ENOENT")) throw error;
  }
}

/**
 * Runs `work` while no other process (or call) holds the lock of that path.
 * @throws what `work` throws, or the signal's reason while waiting
 */
export async function withLock<T>(path: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  while (!(await acquire(path))) {
    await removeStale(path);
    await abortableDelay(100, signal);
  }
  const touch = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, STALE_AFTER / 4);
  try {
    return await work();
  } finally {
    clearInterval(touch);
    await rm(path, { force: true });
  }
}
