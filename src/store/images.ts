import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { eq, sql } from "drizzle-orm";
import { fileTypeFromBuffer } from "file-type";
import type { Logger } from "pino";
import type { SyncedOptions } from "../shared/sqlite-file.js";
import { storeError } from "../shared/store-error.js";
import { isUnfinished, writeDurably } from "../shared/write-durably.js";
import type { Database } from "./database.js";
import { imageTable, jobInputTable, jobTable, lookTable, styleTable } from "./schema.js";

/** An image (or film) on disk. */
export interface StoredImage {
  /** SHA-256 of the file, in hex. */
  readonly sha: string;
  /** Media type, such as "image/png". */
  readonly type: string;
  readonly bytes: number;
}

export interface NewImage {
  readonly bytes: Uint8Array;
  /** Media type; default: read from the bytes. */
  readonly type?: string;
}

interface KeepOptions<T> extends SyncedOptions {
  readonly undo?: (referred: T) => void;
}

/** How many images were removed, and their bytes. */
export interface RemovedImages {
  readonly images: number;
  readonly bytes: number;
}

/** The columns that name an image. */
const NAMING = [jobInputTable.sha, jobTable.picture, jobTable.checkpoint, styleTable.picture, lookTable.layer] as const;

/**
 * Images (and checkpoints) on disk, each kept once however many jobs and styles use it. The tables that name an image
 * are its reference count: what none of them names is removed.
 */
export class Images {
  readonly #files: ImageFiles;
  /** Images that are being written, which no table names yet, and how many calls are about to. */
  readonly #arriving = new Map<string, number>();
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(
    private readonly database: Database,
    folder: string,
    private readonly logger: Logger,
    private readonly now: () => number,
  ) {
    this.#files = new ImageFiles(folder);
  }

  /** Undefined when the image is not kept. */
  info(sha: string): StoredImage | undefined {
    const row = this.database.orm.select().from(imageTable).where(eq(imageTable.sha, sha)).get();
    return row && { sha: row.sha, type: row.type, bytes: row.bytes };
  }

  /**
   * An image's bytes, checked against its name; undefined when it is not kept. A damaged file is logged and counts as
   * lost.
   */
  async read(sha: string): Promise<Uint8Array | undefined> {
    const read = await this.#files.readChecked(sha);
    if (read !== "damaged") return read;
    this.logger.error({ sha }, "a stored picture is damaged and is not used");
    return undefined;
  }

  /** Where the file of an image is, for those who read it in parts; {@link read} tells whether it is sound. */
  path(sha: string): string {
    return this.#files.path(sha);
  }

  /** All images together. */
  total(): RemovedImages {
    const sums = { images: sql<number>`count(*)`, bytes: sql<number>`coalesce(sum(${imageTable.bytes}), 0)` };
    return this.database.orm.select(sums).from(imageTable).get() ?? { images: 0, bytes: 0 };
  }

  /**
   * Writes images to disk and then, in one transaction, adds their rows and runs `refer`, which must name them in a
   * table. Resolves when all of it is on the disk.
   *
   * @param options `undo` takes back what `refer` has added, where a person is told that it was refused; the others as
   *   of {@link Database.synced}
   * @throws StoreError when the disk is full or cannot be written.
   */
  keep<T>(
    pictures: readonly NewImage[],
    refer: (images: readonly StoredImage[]) => T,
    options: KeepOptions<T> = {},
  ): Promise<T> {
    const kept = this.#keep(pictures, refer, options);
    this.#underWay.add(kept);
    const over = () => this.#underWay.delete(kept);
    kept.then(over, over);
    return kept;
  }

  /** Resolves when no image is being written. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }

  /**
   * Runs `remove` in a transaction: it removes rows that name images and returns which images. Those that nothing names
   * afterwards are removed with their files.
   *
   * @param options as of {@link Database.write}; a file must not be gone while rows that name it may come back
   */
  release(remove: () => readonly string[], options?: { readonly durable: boolean }): RemovedImages {
    const unused = this.database.write(() => this.#dropUnused([...new Set(remove())]), options);
    try {
      // At once, before anything else can run: the same image might come again.
      for (const { sha } of unused) this.#files.remove(sha);
    } catch (error) {
      this.logger.error({ err: error }, "files of pictures could not be removed; the daily clean-up tries again");
    }
    return { images: unused.length, bytes: unused.reduce((sum, { bytes }) => sum + bytes, 0) };
  }

  /** Removes images that no job and no style names: of these, or of all. */
  removeUnused(shas?: readonly string[]): RemovedImages {
    return this.release(() => shas ?? this.#unused(), { durable: false });
  }

  #unused(): string[] {
    const { sha } = imageTable;
    const named = sql.join(
      NAMING.map((column) => sql`SELECT ${column} FROM ${column.table} WHERE ${column} IS NOT NULL`),
      sql` UNION `,
    );
    const rows = this.database.orm.select({ sha }).from(imageTable).where(sql`${sha} NOT IN (${named})`).all();
    return rows.map((row) => row.sha);
  }

  #dropUnused(shas: readonly string[]): readonly StoredImage[] {
    const { orm } = this.database;
    return shas.flatMap((sha) => {
      const image = this.info(sha);
      if (!image || this.#arriving.has(sha)) return [];
      const isNamed = (column: (typeof NAMING)[number]) =>
        orm.select({ one: sql`1` }).from(column.table).where(eq(column, sha)).limit(1).get() !== undefined;
      if (NAMING.some(isNamed)) return [];
      orm.delete(imageTable).where(eq(imageTable.sha, sha)).run();
      return [image];
    });
  }

  /** Removes files that a crash has left without a row. Returns how many. */
  removeStrays(): number {
    const rows = this.database.orm.select({ sha: imageTable.sha }).from(imageTable).all();
    const known = new Set(rows.map(({ sha }) => sha));
    return this.#files.removeStrays((sha) => known.has(sha) || this.#arriving.has(sha));
  }

  async #keep<T>(
    pictures: readonly NewImage[],
    refer: (images: readonly StoredImage[]) => T,
    { undo, ...after }: KeepOptions<T>,
  ): Promise<T> {
    const arriving = pictures.map(({ bytes }) => sha256(bytes));
    for (const sha of arriving) this.#arriving.set(sha, (this.#arriving.get(sha) ?? 0) + 1);
    try {
      const writes = pictures.map((picture, index) => this.#write(arriving[index] ?? "", picture));
      // Of several that are refused none is still being written afterwards.
      await Promise.allSettled(writes);
      const images = await Promise.all(writes);
      const write = () => {
        const rows = images.map((image) => ({ ...image, createdAt: this.now() }));
        if (rows.length > 0) this.database.orm.insert(imageTable).values(rows).onConflictDoNothing().run();
        return refer(images);
      };
      const referred = this.database.write(write, { durable: false });
      try {
        await this.database.synced(after);
      } catch (error) {
        if (undo) this.database.write(() => undo(referred), { durable: false });
        throw error;
      }
      return referred;
    } finally {
      for (const sha of arriving) {
        const left = (this.#arriving.get(sha) ?? 1) - 1;
        if (left === 0) this.#arriving.delete(sha);
        else this.#arriving.set(sha, left);
      }
      this.#removeUnknown(arriving);
    }
  }

  /** Of what was refused no file is left that would take the space of a full disk. */
  #removeUnknown(shas: readonly string[]): void {
    try {
      for (const sha of shas) if (!this.#arriving.has(sha) && !this.info(sha)) this.#files.remove(sha);
    } catch (error) {
      this.logger.warn({ err: error }, "files of pictures are left over; the daily clean-up removes them");
    }
  }

  async #write(sha: string, { bytes, type }: NewImage): Promise<StoredImage> {
    try {
      await this.#files.write(sha, bytes);
    } catch (cause) {
      throw storeError(cause, this.database.dir);
    }
    const found = type ?? (await fileTypeFromBuffer(bytes))?.mime;
    return { sha, type: found ?? "application/octet-stream", bytes: bytes.byteLength };
  }
}

const SHA = /^[0-9a-f]{64}$/;

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Files named by the SHA-256 of what they hold, in folders named by its first two letters. Complete or not there. */
class ImageFiles {
  constructor(readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }

  /** Writes a file unless it is there and sound. When this resolves it outlives a power cut. */
  async write(sha: string, bytes: Uint8Array): Promise<void> {
    if ((await this.read(sha)) !== undefined) return;
    const path = this.path(sha);
    await mkdir(dirname(path), { recursive: true });
    await writeDurably(path, bytes);
  }

  /** A file's bytes; undefined when it is missing, "damaged" when they do not match its name. */
  async readChecked(sha: string): Promise<Uint8Array | "damaged" | undefined> {
    let bytes: Uint8Array;
    try {
      const { buffer, byteOffset, byteLength } = await readFile(this.path(sha));
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
    rmSync(this.path(sha), { force: true });
  }

  /** Removes files that a crash has left: those that `isKnown` does not know, and unfinished ones. Returns how many. */
  removeStrays(isKnown: (sha: string) => boolean): number {
    let removed = 0;
    for (const entry of readdirSync(this.folder, { withFileTypes: true })) {
      if (!entry.isDirectory() || !/^[0-9a-f]{2}$/.test(entry.name)) continue;
      for (const name of readdirSync(join(this.folder, entry.name))) {
        const path = join(this.folder, entry.name, name);
        const stray = SHA.test(name) ? !isKnown(name) : name.endsWith(".part") && !isUnfinished(path);
        if (!stray) continue;
        rmSync(path, { force: true });
        removed += 1;
      }
    }
    return removed;
  }

  path(sha: string): string {
    if (!SHA.test(sha)) throw new Error(`not a SHA-256: ${sha}`);
    return join(this.folder, sha.slice(0, 2), sha);
  }
}
