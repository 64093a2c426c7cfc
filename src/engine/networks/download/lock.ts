/** A lock between processes: a file that its owner keeps touching. */

import { mkdir, open, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname } from "node:path";
import { abortableDelay } from "../../../shared/retry.js";

interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which an untouched lock counts as left behind by a process that died. */
  readonly staleAfter?: number;
}

const missing = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ENOENT";
const taken = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "EEXIST";

async function acquire(path: string): Promise<boolean> {
  try {
    const file = await open(path, "wx");
    await file.writeFile(String(process.pid));
    await file.close();
    return true;
  } catch (error) {
    if (taken(error)) return false;
    throw error;
  }
}

/** Takes a stale lock away. Renaming first means that of several who find it stale, one only removes it. */
async function removeStale(path: string, staleAfter: number): Promise<void> {
  try {
    if (Date.now() - (await stat(path)).mtimeMs < staleAfter) return;
    const aside = `${path}.${process.pid}.${Date.now()}.stale`;
    await rename(path, aside);
    await rm(aside, { force: true });
  } catch (error) {
    if (!missing(error)) throw error;
  }
}

/**
 * Runs `work` while no other process (or call) holds the lock of that path.
 * @throws what `work` throws, or the signal's reason while waiting
 */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  { signal, staleAfter = 20_000 }: LockOptions = {},
): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  while (!(await acquire(path))) {
    await removeStale(path, staleAfter);
    await abortableDelay(100, signal);
  }
  const touch = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, staleAfter / 4);
  try {
    return await work();
  } finally {
    clearInterval(touch);
    await rm(path, { force: true });
  }
}
