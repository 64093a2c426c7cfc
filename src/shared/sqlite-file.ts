import { closeSync, fdatasync, fdatasyncSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import type Libsql from "libsql";
import { LRUCache } from "lru-cache";
import { checkDatabase } from "./check-database.js";
import { makeFolder } from "./make-folder.js";
import { openSqlite } from "./native.js";
import { StoreError, storeError } from "./store-error.js";
import { Turns } from "./turns.js";

/** Milliseconds to wait for a lock of another connection, such as a backup's. */
const BUSY_MS = 5_000;

/** Queries that are kept prepared: parsing one takes longer than running it. */
const PREPARED = 300;

/** Pages of the log, of 4 KiB, after which a commit moves it into the file, and waits for the disk meanwhile. */
const LONGEST_LOG = 25_000;
/** What the log's file keeps of its size then, in bytes. */
const EMPTY_LOG = 8e6;
/** Commits after which the log is moved as soon as nothing has been written for so many milliseconds. */
const COMMITS = 300;
const QUIET_MS = 500;

/** How long those go on in one turn of the event loop who have waited for the disk together, in milliseconds. */
const TURN_MS = 10;

const writeThrough = promisify(fdatasync);

/** What the disk or the file itself is at fault for; the others are told once and are over. */
const FAULTS: readonly string[] = ["full", "unwritable", "damaged"];

export interface SyncedOptions {
  /** As of {@link Turns.pass}. */
  readonly who?: string;
  /** Without a turn of its own. */
  readonly atOnce?: boolean;
}

/**
 * An open SQLite file. Synchronous; whatever a full, read-only or failing disk does to it is a {@link StoreError}. All
 * that is written goes through {@link write}.
 */
export class SqliteFile {
  readonly client: Libsql.Database;
  #problem: StoreError | undefined;
  readonly #prepared = new LRUCache<string, Libsql.Statement>({ max: PREPARED });
  /** The write-ahead log; undefined where there is none to be opened, so that each commit has to wait for the disk. */
  #log: number | undefined;
  /** Commits wait for the disk just now. */
  #waits = true;
  /** Something was committed that may not be on the disk yet. */
  #behind = false;
  /** The disk has refused the log, and may take a second try for done without having it. */
  #distrusted = false;
  /** The write-through that is under way, and the one that follows it. */
  #syncing: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  readonly #turns = new Turns(TURN_MS);
  /** Since the log was last moved into the file. */
  #commits = 0;
  #committedAt = 0;
  #moving: NodeJS.Timeout | undefined;

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
    this.#keepPrepared();
    try {
      // What is acknowledged is on the disk before, so that a power cut loses nothing that was accepted.
      // Deleted rows are overwritten with zeros: what people have deleted is not left in the file.
      this.client.exec(
        `PRAGMA busy_timeout = ${busyMs}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
          PRAGMA secure_delete = ON; PRAGMA foreign_keys = OFF`,
      );
      checkDatabase(this.client, path);
      migrate(this.client);
      this.client.exec("PRAGMA foreign_keys = ON");
      this.#log = openLog(this.client, path);
      // An earlier process may have been killed before the disk had what it wrote, and what it has is acknowledged now.
      if (this.#log === undefined) return;
      fdatasyncSync(this.#log);
      this.client.exec(`PRAGMA wal_autocheckpoint = ${LONGEST_LOG}; PRAGMA journal_size_limit = ${EMPTY_LOG}`);
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
   * @param durable false for what outlives a kill at once, and a power cut when {@link synced} has resolved: a wait for
   *   the disk in here holds up the whole program
   */
  write<T>(work: () => T, { durable = true }: { readonly durable?: boolean } = {}): T {
    const { client } = this;
    this.#checkOpen();
    if (client.inTransaction) return work();
    const waits = durable || this.#log === undefined;
    this.#setWaiting(waits);
    try {
      client.prepare("BEGIN IMMEDIATE").run([]);
      const result = work();
      client.prepare("COMMIT").run([]);
      if (!waits) this.#behind = true;
      this.#committedAt = performance.now();
      this.#commits += 1;
      this.#moveLogLater();
      // A damaged page that this did not need is still there.
      if (this.#problem?.kind !== "damaged") this.#problem = undefined;
      return result;
    } catch (error) {
      // After a full disk SQLite has rolled back already.
      if (client.inTransaction) client.exec("ROLLBACK");
      throw error;
    }
  }

  /** Moving the log holds up the program as long as the disk takes: it waits until nothing is written. */
  #moveLogLater(): void {
    if (this.#log === undefined || this.#commits < COMMITS || this.#moving || !this.client.open) return;
    this.#moving = setTimeout(() => void this.#moveLog(), QUIET_MS).unref();
  }

  async #moveLog(): Promise<void> {
    try {
      // What the disk has of it by then need not be waited for.
      await this.synced();
      const isQuiet = performance.now() - this.#committedAt >= QUIET_MS;
      if (isQuiet && this.client.open) {
        this.#commits = 0;
        this.client.exec("PRAGMA wal_checkpoint(PASSIVE)");
      }
    } catch {
      // Those who write are told what is the matter.
    }
    this.#moving = undefined;
    this.#moveLogLater();
  }

  /** Whether commits wait for the disk from now on. */
  #setWaiting(waits: boolean): void {
    if (waits === this.#waits) return;
    this.client.exec(`PRAGMA synchronous = ${waits ? "FULL" : "NORMAL"}`);
    this.#waits = waits;
  }

  /**
   * Resolves when all that was written before is on the disk. The program goes on meanwhile, and those who ask at about
   * the same time wait for one write-through together.
   *
   * @param options how those who have waited together go on: one by one, or at once where little follows
   * @throws StoreError when the disk does not take it; it is in the file all the same
   */
  async synced({ who, atOnce = false }: SyncedOptions = {}): Promise<void> {
    if (this.#behind) this.#next ??= this.#syncNext();
    const underWay = this.#behind ? this.#next : this.#syncing;
    if (!underWay) return;
    await underWay;
    if (!atOnce) await this.#turns.pass(who);
  }

  async #syncNext(): Promise<void> {
    await this.#syncing?.catch(() => undefined);
    this.#next = undefined;
    if (!this.#behind) return;
    this.#behind = false;
    const syncing = this.#sync();
    this.#syncing = syncing;
    try {
      await syncing;
    } catch (error) {
      this.#behind = true;
      throw error;
    } finally {
      this.#syncing = undefined;
    }
  }

  /** What SQLite does at the end of a durable commit, where it holds up the program. */
  async #sync(): Promise<void> {
    this.#checkOpen();
    if (this.#log !== undefined && !this.#distrusted) {
      try {
        return await writeThrough(this.#log);
      } catch {
        this.#distrusted = true;
      }
    }
    // The system may forget what it could not write, and say of it next time that it is done: so the file gets it.
    const { busy } = this.client.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get([]) as { readonly busy: number };
    if (busy) throw storeError(Object.assign(new Error("the log is being read"), { code: "SQLITE_BUSY" }), this.path);
    this.#distrusted = false;
  }

  /** Moves the write-ahead log into the file, so that no deleted content is left in the log. */
  checkpoint(): void {
    this.client.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  close(): void {
    // libsql keeps the file open until its statements are collected, so SQLite would not do this by itself.
    try {
      this.checkpoint();
      // Somebody who reads may have kept it from that.
      if (this.#behind && this.#log !== undefined) fdatasyncSync(this.#log);
      this.#behind = false;
    } finally {
      this.#prepared.clear();
      this.client.close();
      const log = this.#log;
      const underWay = this.#syncing ?? Promise.resolve();
      if (log !== undefined) void underWay.catch(() => undefined).then(() => closeSync(log));
      this.#log = undefined;
    }
  }

  /** Statements are handed out again. So one query is read in one way only: with the columns' names, or without. */
  #keepPrepared(): void {
    const { prepare } = this.client;
    this.client.prepare = ((query: string) => {
      const known = this.#prepared.get(query);
      if (known) return known;
      const statement = this.#told(() => prepare.call(this.client, query));
      this.#tellFaults(statement, "run", "get", "all");
      // What a pragma says or does is settled when it is prepared.
      if (!/^\s*PRAGMA\b/i.test(query)) this.#prepared.set(query, statement);
      return statement;
    }) as typeof prepare;
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

/** The write-ahead log of a file that has one; some file systems of networks allow none. */
function openLog(client: Libsql.Database, path: string): number | undefined {
  const { journal_mode: mode } = client.prepare("PRAGMA journal_mode").get([]) as { readonly journal_mode: string };
  return mode === "wal" ? openSync(`${path}-wal`, "r+") : undefined;
}
