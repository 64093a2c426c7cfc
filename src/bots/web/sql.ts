import type Libsql from "libsql";
import { openSqlite } from "../../shared/native.js";
import { migrate } from "./migrations.js";

type Value = string | number | null;

const PRAGMAS =
  "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON";

/**
 * The web chat's SQLite file; callers give their rows' types. Synchronous: every call takes well under a millisecond.
 */
export class Sql {
  readonly #database: Libsql.Database;

  /** @param file Path of the database, or ":memory:". */
  constructor(file: string) {
    this.#database = openSqlite(file);
    this.#database.exec(PRAGMAS);
    migrate(this.#database);
  }

  get<Row>(query: string, ...values: Value[]): Row | undefined {
    return this.#database.prepare(query).get(values) as Row | undefined;
  }

  /** For queries that always have a row. */
  one<Row>(query: string, ...values: Value[]): Row {
    return this.get<Row>(query, ...values) as Row;
  }

  all<Row>(query: string, ...values: Value[]): Row[] {
    return this.#database.prepare(query).all(values) as Row[];
  }

  run(query: string, ...values: Value[]): Libsql.RunResult {
    return this.#database.prepare(query).run(values);
  }

  transaction<T>(operation: () => T): T {
    return this.#database.transaction(operation).immediate();
  }

  close(): void {
    this.#database.close();
  }
}
