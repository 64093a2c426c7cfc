import type Libsql from "libsql";
import type { KeyValueStore } from "../../port/adapter.js";
import { ChatError } from "../../port/chat-error.js";
import { checkJson } from "../../shared/check-database.js";
import { SqliteFile } from "../../shared/sqlite-file.js";
import { keepSentence, StoreError } from "../../shared/store-error.js";
import { migrate } from "./migrations.js";

type Value = string | number | null;

const JSON_COLUMNS = ["message.pictures", "message.buttons", "message.mentions", "message.progress"];

/**
 * The web chat's SQLite file; callers give their rows' types. What a full, read-only or damaged disk refuses is a
 * {@link ChatError} "unavailable" in words for everybody; its cause names the file.
 */
export class Sql {
  readonly #file: SqliteFile;

  constructor(path: string) {
    const bringUpToDate = (client: Libsql.Database): void => {
      migrate(client, path);
      checkJson(client, path, JSON_COLUMNS);
    };
    this.#file = kept(() => new SqliteFile(path, bringUpToDate));
  }

  /** For operators: what the disk or the file has refused; undefined since it was written again. */
  get problem(): string | undefined {
    return this.#file.problem?.message;
  }

  get<Row>(query: string, ...values: Value[]): Row | undefined {
    return kept(() => this.#file.client.prepare(query).get(values)) as Row | undefined;
  }

  /** For queries that always have a row. */
  one<Row>(query: string, ...values: Value[]): Row {
    return this.get<Row>(query, ...values) as Row;
  }

  all<Row>(query: string, ...values: Value[]): Row[] {
    return kept(() => this.#file.client.prepare(query).all(values)) as Row[];
  }

  run(query: string, ...values: Value[]): Libsql.RunResult {
    return this.write(() => this.#file.client.prepare(query).run(values));
  }

  /** Notes what is of little worth: a power cut or a full disk may lose it, and nothing waits for the disk. */
  note(query: string, ...values: Value[]): void {
    try {
      this.#file.write(() => this.#file.client.prepare(query).run(values), { durable: false });
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
  }

  /** @see {@link SqliteFile.write} */
  write<T>(work: () => T, options?: { readonly durable: boolean }): T {
    return kept(() => this.#file.write(work, options));
  }

  /** A value that was written as JSON; anything else is damage. */
  parse(value: string): unknown {
    try {
      return JSON.parse(value);
    } catch (cause) {
      throw refusal(new StoreError("damaged", "store.damaged", { path: this.#file.path }, { cause }));
    }
  }

  /** @see {@link SqliteFile.synced} */
  async synced(): Promise<void> {
    try {
      await this.#file.synced();
    } catch (error) {
      throw refusal(error);
    }
  }

  close(): void {
    kept(() => this.#file.close());
  }
}

function kept<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw refusal(error);
  }
}

/** What the disk refuses, in words for everybody; any other error as it is. */
export function refusal(error: unknown): unknown {
  if (!(error instanceof StoreError)) return error;
  const said = keepSentence(error);
  return said ? new ChatError("unavailable", said, {}, { cause: error }) : new ChatError("unavailable", error);
}

/**
 * Small values in the chat's own file, so that they are written together with its messages. As with these, who
 * acknowledges one waits for {@link Sql.synced}.
 */
export class KeyValues implements KeyValueStore {
  constructor(private readonly sql: Sql) {}

  get(key: string): unknown {
    const row = this.sql.get<{ value: string }>("SELECT value FROM setting WHERE name = ?", key);
    return row && this.sql.parse(row.value);
  }

  set(key: string, value: NonNullable<unknown>): void {
    const query = "INSERT OR REPLACE INTO setting VALUES (?, ?)";
    this.sql.write(() => this.sql.run(query, key, JSON.stringify(value)), { durable: false });
  }

  delete(key: string): void {
    this.sql.note("DELETE FROM setting WHERE name = ?", key);
  }

  list(prefix: string): (readonly [key: string, value: unknown])[] {
    const query = "SELECT name, value FROM setting WHERE substr(name, 1, length(?)) = ? ORDER BY rowid";
    const rows = this.sql.all<{ name: string; value: string }>(query, prefix, prefix);
    return rows.map(({ name, value }) => [name, this.sql.parse(value)]);
  }
}
