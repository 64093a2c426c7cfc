import { eq, type SQL, sql } from "drizzle-orm";
import { fileTypeFromBuffer } from "file-type";
import type { Logger } from "pino";
import type { Database } from "./database.js";
import { storeError } from "./errors.js";
import { ImageFiles, sha256 } from "./image-files.js";
import { imageTable, jobInputTable, jobTable, styleTable } from "./schema.js";

/** A picture (or film) on disk. */
export interface StoredImage {
  /** SHA-256 of the file, in hex. */
  readonly sha: string;
  /** Media type, such as "image/png". */
  readonly type: string;
  readonly bytes: number;
}

export interface NewImage {
  readonly bytes: Uint8Array;
  /** Media type; read from the bytes unless it is known. */
  readonly type?: string;
}

/** What was removed, and the space that it gave back. */
export interface RemovedImages {
  readonly images: number;
  readonly bytes: number;
}

/**
 * Pictures (and checkpoints) on disk, each kept once however many jobs and styles use it. The tables that name a picture are its reference count: what
 * none of them names is removed.
 */
export class Images {
  readonly #files: ImageFiles;
  /** Pictures on their way in, which no table names yet: how many calls are about to. */
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

  /** What is known of a picture; undefined when it is not kept. */
  info(sha: string): StoredImage | undefined {
    const row = this.database.orm.select().from(imageTable).where(eq(imageTable.sha, sha)).get();
    return row && { sha: row.sha, type: row.type, bytes: row.bytes };
  }

  /** A picture's bytes, checked against its name; undefined when it is not kept any more. A damaged file counts as lost and is logged. */
  async read(sha: string): Promise<Uint8Array | undefined> {
    const read = await this.#files.readChecked(sha);
    if (read !== "damaged") return read;
    this.logger.error({ sha }, "a stored picture is damaged and is not used");
    return undefined;
  }

  /** All pictures together. */
  total(): RemovedImages {
    const sums = { images: sql<number>`count(*)`, bytes: sql<number>`coalesce(sum(${imageTable.bytes}), 0)` };
    return this.database.orm.select(sums).from(imageTable).get() ?? { images: 0, bytes: 0 };
  }

  /**
   * Writes pictures to disk and then, in one transaction, makes them known and runs `refer`, which must name them in a table.
   *
   * @throws StoreError when the disk is full or cannot be written.
   */
  keep<T>(pictures: readonly NewImage[], refer: (images: readonly StoredImage[]) => T): Promise<T> {
    const kept = this.#keep(pictures, refer);
    this.#underWay.add(kept);
    const over = () => this.#underWay.delete(kept);
    kept.then(over, over);
    return kept;
  }

  /** Resolves when no picture is being written. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }

  /**
   * Runs `letGo` in a transaction: it removes rows that name pictures and returns which. Those that nothing names any more are
   * removed with their files.
   */
  release(letGo: () => readonly string[]): RemovedImages {
    const unused = this.database.write(() => this.#dropUnused([...new Set(letGo())]));
    try {
      // At once, before anything else can run: the same picture might come again.
      for (const { sha } of unused) this.#files.remove(sha);
    } catch (error) {
      this.logger.error({ err: error }, "files of pictures could not be removed; the daily clean-up tries again");
    }
    return { images: unused.length, bytes: unused.reduce((sum, { bytes }) => sum + bytes, 0) };
  }

  /** Removes pictures that no job and no style names: of these, or of all. */
  removeUnused(shas?: readonly string[]): RemovedImages {
    return this.release(() => shas ?? this.#unused());
  }

  #unused(): string[] {
    const { sha } = imageTable;
    const named = sql`SELECT ${jobInputTable.sha} FROM ${jobInputTable} UNION SELECT ${jobTable.picture} FROM ${jobTable}
      WHERE ${jobTable.picture} IS NOT NULL UNION SELECT ${jobTable.checkpoint} FROM ${jobTable}
      WHERE ${jobTable.checkpoint} IS NOT NULL UNION SELECT ${styleTable.picture} FROM ${styleTable}`;
    const rows = this.database.orm.select({ sha }).from(imageTable).where(sql`${sha} NOT IN (${named})`).all();
    return rows.map((row) => row.sha);
  }

  #dropUnused(shas: readonly string[]): readonly StoredImage[] {
    const { orm } = this.database;
    const named = (table: typeof jobTable | typeof jobInputTable | typeof styleTable, condition: SQL) =>
      orm.select({ one: sql`1` }).from(table).where(condition).limit(1).get() !== undefined;
    return shas.flatMap((sha) => {
      const image = this.info(sha);
      if (!image || this.#arriving.has(sha)) return [];
      const used =
        named(jobInputTable, eq(jobInputTable.sha, sha)) ||
        named(jobTable, eq(jobTable.picture, sha)) ||
        named(jobTable, eq(jobTable.checkpoint, sha)) ||
        named(styleTable, eq(styleTable.picture, sha));
      if (used) return [];
      orm.delete(imageTable).where(eq(imageTable.sha, sha)).run();
      return [image];
    });
  }

  /** Removes files that a crash has left without a row. Returns how many. */
  removeStrays(): number {
    const known = new Set(
      this.database.orm
        .select({ sha: imageTable.sha })
        .from(imageTable)
        .all()
        .map(({ sha }) => sha),
    );
    return this.#files.removeStrays((sha) => known.has(sha) || this.#arriving.has(sha), this.now());
  }

  async #keep<T>(pictures: readonly NewImage[], refer: (images: readonly StoredImage[]) => T): Promise<T> {
    const arriving = pictures.map(({ bytes }) => sha256(bytes));
    for (const sha of arriving) this.#arriving.set(sha, (this.#arriving.get(sha) ?? 0) + 1);
    try {
      const images = await Promise.all(pictures.map((picture, index) => this.#write(arriving[index] ?? "", picture)));
      return this.database.write(() => {
        const rows = images.map((image) => ({ ...image, createdAt: this.now() }));
        if (rows.length > 0) this.database.orm.insert(imageTable).values(rows).onConflictDoNothing().run();
        return refer(images);
      });
    } finally {
      for (const sha of arriving) {
        const left = (this.#arriving.get(sha) ?? 1) - 1;
        if (left === 0) this.#arriving.delete(sha);
        else this.#arriving.set(sha, left);
      }
    }
  }

  async #write(sha: string, { bytes, type }: NewImage): Promise<StoredImage> {
    try {
      await this.#files.write(sha, bytes);
    } catch (cause) {
      throw storeError(cause, this.database.dir);
    }
    return {
      sha,
      type: type ?? (await fileTypeFromBuffer(bytes))?.mime ?? "application/octet-stream",
      bytes: bytes.byteLength,
    };
  }
}
