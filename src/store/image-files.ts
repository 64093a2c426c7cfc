import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

const SHA = /^[0-9a-f]{64}$/;
/** Milliseconds after which a file is no longer being written. */
const UNFINISHED_MS = 3600 * 1000;

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Files named by the SHA-256 of what they hold, in folders named by its first two letters. Complete or not there. */
export class ImageFiles {
  constructor(readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }

  /** Writes a file unless it is there and sound. When this resolves it outlives a power cut. */
  async write(sha: string, bytes: Uint8Array): Promise<void> {
    if ((await this.read(sha)) !== undefined) return;
    const path = this.#path(sha);
    await mkdir(dirname(path), { recursive: true });
    const temporary = join(dirname(path), `.${randomUUID()}.part`);
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
    }
    await syncFolder(dirname(path));
  }

  /** A file's bytes; undefined when it is missing, "damaged" when they do not match its name. */
  async readChecked(sha: string): Promise<Uint8Array | "damaged" | undefined> {
    let bytes: Uint8Array;
    try {
      const { buffer, byteOffset, byteLength } = await readFile(this.#path(sha));
      bytes = new Uint8Array(buffer, byteOffset, byteLength);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw error;
    }
    return sha256(bytes) === sha ? bytes : "damaged";
  }

  /** A file's bytes, if it is there and sound. */
  async read(sha: string): Promise<Uint8Array | undefined> {
    const read = await this.readChecked(sha);
    return read === "damaged" ? undefined : read;
  }

  remove(sha: string): void {
    rmSync(this.#path(sha), { force: true });
  }

  /**
   * Removes files that a crash has left: those that `isKnown` does not know, and old unfinished ones. Returns how many.
   */
  removeStrays(isKnown: (sha: string) => boolean, now: number): number {
    let removed = 0;
    for (const entry of readdirSync(this.folder, { withFileTypes: true })) {
      if (!entry.isDirectory() || !/^[0-9a-f]{2}$/.test(entry.name)) continue;
      for (const name of readdirSync(join(this.folder, entry.name))) {
        const path = join(this.folder, entry.name, name);
        const stray = SHA.test(name)
          ? !isKnown(name)
          : name.endsWith(".part") && now - statSync(path).mtimeMs > UNFINISHED_MS;
        if (!stray) continue;
        rmSync(path, { force: true });
        removed += 1;
      }
    }
    return removed;
  }

  #path(sha: string): string {
    if (!SHA.test(sha)) throw new Error(`not a SHA-256: ${sha}`);
    return join(this.folder, sha.slice(0, 2), sha);
  }
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
