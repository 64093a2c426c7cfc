import { dirname } from "node:path";
import type Libsql from "libsql";
import { checkDatabase } from "./check-database.js";
import { makeFolder } from "./make-folder.js";
import { openSqlite } from "./native.js";
import { StoreError, storeError } from "./store-error.js";

/** Milliseconds to wait for a lock of another connection, such as a backup's. */
const BUSY_MS = 5_000;

/** What the disk or the file itself is at fault for; the others are told once and are over. */
const FAULTS: readonly string[] = ["full", "unwritable", "damaged"];

/** An open SQLite file. Synchronous; whatever a full, read-only or failing disk does to it is a {@link StoreError}. */
export class SqliteFile {
  readonly client: Libsql.Database;
  #problem: StoreError | undefined;

  /**
   * Opens a file, makes it and its folder where they are missing, looks through it, and brings its schema up to date.
   *
   * @param migrate called while no foreign keys are checked
   * @throws StoreError with a sentence that names the file, and says what would help
   */
  constructor(
    readonly path: string,
    migrate: (client: Libsql.Database) => void,
    busyMs = BUSY_MS,
  ) {
    try {
      makeFolder(dirname(path));
      this.client = openSqlite(path);
    } catch (cause) {
      throw storeError(cause, path);
    }
    this.#tellFaults(this.client, "exec");
    const { prepare } = this.client;
    this.client.prepare = ((query: string) => {
      const statement = this.#told(() => prepare.call(this.client, query));
      this.#tellFaults(statement, "run", "get", "all");
      return statement;
    }) as typeof prepare;
    try {
      // Every commit is on the disk before it is acknowledged, so that a power cut loses nothing that was accepted.
      // Deleted rows are overwritten with zeros: what people have deleted is not left in the file.
      this.client.exec(
        `PRAGMA busy_timeout = ${busyMs}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
          PRAGMA secure_delete = ON; PRAGMA foreign_keys = OFF`,
      );
      checkDatabase(this.client, path);
      migrate(this.client);
      this.client.exec("PRAGMA foreign_keys = ON");
    } catch (cause) {
      this.client.close();
      throw storeError(cause, path);
    }
  }

  /** What the disk or the file has refused; undefined since it was written again. */
  get problem(): StoreError | undefined {
    return this.#problem;
  }

  /**
   * Runs `work` in a transaction; inside another one it joins that.
   *
   * @param durable false for what a power cut may undo: each wait for the disk holds up the whole program
   */
  write<T>(work: () => T, { durable = true }: { readonly durable?: boolean } = {}): T {
    const { client } = this;
    this.#checkOpen();
    if (client.inTransaction) return work();
    try {
      if (!durable) client.exec("PRAGMA synchronous = NORMAL");
      client.exec("BEGIN IMMEDIATE");
      const result = work();
      client.exec("COMMIT");
      // A damaged page that this did not need is still there.
      if (this.#problem?.kind !== "damaged") this.#problem = undefined;
      return result;
    } catch (error) {
      // After a full disk SQLite has rolled back already.
      if (client.inTransaction) client.exec("ROLLBACK");
      throw error;
    } finally {
      if (!durable) client.exec("PRAGMA synchronous = FULL");
    }
  }

  /** Moves the write-ahead log into the file, so that no deleted content is left in the log. */
  checkpoint(): void {
    this.client.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  close(): void {
    // libsql keeps the file open until its statements are collected, so SQLite would not do this by itself.
    try {
      this.checkpoint();
    } finally {
      this.client.close();
    }
  }

  /** Replaces methods of libsql's objects by ones that tell what was the matter with the file. */
  #tellFaults<T extends object, N extends keyof T>(target: T, ...names: readonly N[]): void {
    for (const name of names) {
      const method = target[name] as (...given: unknown[]) => unknown;
      const told = (...given: unknown[]) => this.#told(() => method.apply(target, given));
      target[name] = told as T[N];
    }
  }

  /** libsql panics where a closed file is asked. */
  #checkOpen(): void {
    if (!this.client.open) throw new Error(`${this.path} has been closed.`);
  }

  #told<T>(query: () => T): T {
    this.#checkOpen();
    try {
      return query();
    } catch (cause) {
      const error = storeError(cause, this.path);
      if (error instanceof StoreError && FAULTS.includes(error.kind)) this.#problem = error;
      throw error;
    }
  }
}
