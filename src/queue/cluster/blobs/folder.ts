import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type BlobLimits, type BlobStore, checkKey, checkSize, unreachable } from "./blob-store.js";

/** Blobs as files of a folder that all machines share (NFS or the like). A file is written beside its place and moved there, so nobody reads half of one. */
export class FolderBlobs implements BlobStore {
  constructor(
    private readonly folder: string,
    private readonly limits: BlobLimits,
    private readonly now: () => number = Date.now,
  ) {}

  async put(key: string, bytes: Uint8Array): Promise<void> {
    checkSize(bytes.byteLength, this.limits);
    const path = this.#path(key);
    const temporary = `${path}.${randomUUID()}.part`;
    await this.#try(async (signal) => {
      try {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(temporary, bytes, { signal });
      } catch (error) {
        // Sweeping may have taken the empty folder away in between.
        if (!isMissing(error)) throw error;
        await mkdir(dirname(path), { recursive: true });
        await writeFile(temporary, bytes, { signal });
      }
      await rename(temporary, path);
    });
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.#try(async (signal) => {
      try {
        return new Uint8Array(await readFile(this.#path(key), { signal }));
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    });
  }

  async delete(keys: readonly string[]): Promise<void> {
    await this.#try(async () => {
      for (const key of keys) {
        const path = this.#path(key);
        await rm(path, { force: true });
        await rmdir(dirname(path)).catch(() => undefined);
      }
    });
  }

  async sweep(): Promise<void> {
    const before = this.now() - this.limits.keepMs;
    const entries = await readdir(this.folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw unreachable(`The folder ${this.folder}`, error);
    });
    for (const entry of entries.filter((one) => one.isFile())) {
      const path = join(entry.parentPath, entry.name);
      // Another machine may sweep as well: what is gone is gone.
      const file = await stat(path).catch(() => undefined);
      if (!file || file.mtimeMs >= before) continue;
      await rm(path, { force: true });
      await rmdir(dirname(path)).catch(() => undefined);
    }
  }

  async close(): Promise<void> {}

  #path(key: string): string {
    return join(this.folder, ...checkKey(key).split("/"));
  }

  async #try<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await call(AbortSignal.timeout(this.limits.timeoutMs));
    } catch (error) {
      throw unreachable(`The folder ${this.folder}`, error);
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
