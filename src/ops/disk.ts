import { readdir, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Logger } from "pino";

const MEGABYTE = 1024 * 1024;

export interface Disk {
  /** Space left for this user, in bytes. */
  readonly freeBytes: number;
  readonly low: boolean;
}

/** Watches the space that is left for a folder, and logs once when it runs out. */
export class DiskWatch {
  #disk: Disk | undefined;
  readonly #timer: NodeJS.Timeout;

  /**
   * @param leastBytes less than this left is too little
   * @param advice what helps then, for the log
   */
  constructor(
    private readonly folder: string,
    private readonly leastBytes: number,
    private readonly logger: Logger,
    private readonly advice: string,
    everyMs = 30_000,
  ) {
    this.#timer = setInterval(() => void this.look(), everyMs);
    this.#timer.unref();
  }

  /** As of the last look; undefined where the system does not say. */
  get last(): Disk | undefined {
    return this.#disk;
  }

  async look(): Promise<Disk | undefined> {
    const stats = await statfs(await nearestFolder(this.folder)).catch(() => undefined);
    if (!stats) return this.#disk;
    const freeBytes = stats.bavail * stats.bsize;
    const low = freeBytes < this.leastBytes;
    if (low !== (this.#disk?.low ?? false)) this.#log(low, freeBytes);
    this.#disk = { freeBytes, low };
    return this.#disk;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #log(low: boolean, freeBytes: number): void {
    const fields = { folder: this.folder, freeMegabytes: Math.floor(freeBytes / MEGABYTE) };
    if (low) this.logger.error(fields, `the disk is nearly full: ${this.advice}`);
    else this.logger.info(fields, "the disk has space again");
  }
}

/** The folder, or the nearest existing one above it, which is on the same disk. */
async function nearestFolder(path: string): Promise<string> {
  const there = await stat(path).then(
    () => true,
    () => false,
  );
  const above = dirname(path);
  return there || above === path ? path : nearestFolder(above);
}

/** Bytes of a file; 0 where there is none. */
export async function fileBytes(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

/** Bytes of the files in a folder, not in folders inside it; 0 where there is none. */
export async function folderBytes(folder: string): Promise<number> {
  let sum = 0;
  for (const name of await readdir(folder).catch(() => [])) sum += await fileBytes(join(folder, name));
  return sum;
}
