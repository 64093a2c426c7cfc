import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { retryWithBackoff } from "../../../shared/async.js";
import { type BlobLimits, BlobStore } from "./blob-store.js";

/**
 * Blobs as files of a folder that all machines share (NFS or the like). A file is renamed into place when it is whole.
 */
export class FolderBlobs extends BlobStore {
  constructor(
    private readonly folder: string,
    limits: BlobLimits,
    private readonly now: () => number = Date.now,
  ) {
    super(`The folder ${folder}`, limits);
  }

  override async sweep(): Promise<void> {
    const before = this.now() - this.limits.keepMs;
    const entries = await this.reach(() => orMissing(readdir(this.folder, { recursive: true, withFileTypes: true })));
    for (const entry of entries?.filter((one) => one.isFile()) ?? []) {
      const path = join(entry.parentPath, entry.name);
      // Another machine may sweep as well.
      const file = await stat(path).catch(() => undefined);
      if (file && file.mtimeMs < before) await removeFile(path);
    }
  }

  protected async write(key: string, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    const path = this.#path(key);
    const temporary = `${path}.${randomUUID()}.part`;
    const write = async () => {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(temporary, bytes, { signal });
    };
    // Sweeping may remove the empty folder in between.
    await retryWithBackoff(write, { firstMs: 0, attempts: 2, mayPass: isMissing });
    await rename(temporary, path);
  }

  protected async read(key: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const file = await orMissing(readFile(this.#path(key), { signal }));
    return file && new Uint8Array(file);
  }

  protected async remove(keys: readonly string[]): Promise<void> {
    for (const key of keys) await removeFile(this.#path(key));
  }

  #path(key: string): string {
    return join(this.folder, ...key.split("/"));
  }
}

/** Removes a file, and its folder when that is empty then. */
async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true });
  await rmdir(dirname(path)).catch(() => undefined);
}

function orMissing<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
