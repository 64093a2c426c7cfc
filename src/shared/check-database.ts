/**
 * Looks through a database before it is used: a disk's damage is told at the start, in one sentence. Otherwise people
 * would find it row by row, rows would be missing without a word, and the program would end where libsql reads a text
 * that is no UTF-8.
 */
import { isUtf8 } from "node:buffer";
import type Libsql from "libsql";
import { StoreError } from "./store-error.js";

/** Rows whose texts are looked at together. */
const ROWS = 1_000;

/**
 * Checks the file's structure, and that its texts are UTF-8 and its numbers no texts.
 * @throws StoreError "damaged"; what SQLite itself says of a file that it cannot read
 */
export function checkDatabase(client: Libsql.Database, path: string): void {
  // What it finds may quote the damage: read as bytes.
  const found = bytesOf(client, "SELECT CAST(integrity_check AS BLOB) AS bytes FROM pragma_integrity_check(1)");
  if (String(found) !== "ok") throw damaged(path, String(found));
  const names = bytesOf(
    client,
    "SELECT CAST(group_concat(name || ifnull(sql, '')) AS BLOB) AS bytes FROM sqlite_schema",
  );
  if (!isText(names)) throw damaged(path, "names that are no text");
  const tables = client.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT NULL").all([]);
  for (const { name } of tables as { readonly name: string }[]) {
    if (!hasTexts(client, name)) throw damaged(path, `texts of ${name} that are no text`);
    if (!hasTypes(client, name)) throw damaged(path, `values of ${name} that are not of their columns' types`);
  }
}

/**
 * Checks that columns hold JSON.
 * @param columns tables and columns, such as "message.buttons"
 * @throws StoreError "damaged"
 */
export function checkJson(client: Libsql.Database, path: string, columns: readonly string[]): void {
  for (const column of columns) {
    const [table = "", name = ""] = column.split(".");
    const wrong = client.prepare(`SELECT 1 FROM "${table}" WHERE NOT json_valid("${name}") LIMIT 1`).get([]);
    if (wrong !== undefined) throw damaged(path, `${column} that is no JSON`);
  }
}

function hasTexts(client: Libsql.Database, table: string): boolean {
  const columns = client.prepare("SELECT name FROM pragma_table_info(?) WHERE type LIKE '%TEXT%'").all([table]);
  if (columns.length === 0) return true;
  const texts = (columns as { readonly name: string }[]).map(({ name }) => `ifnull("${name}", '')`).join(" || ',' || ");
  const some = client.prepare(
    `SELECT max(id) AS last, CAST(group_concat(texts) AS BLOB) AS bytes FROM
      (SELECT rowid AS id, ${texts} AS texts FROM "${table}" WHERE rowid > ? ORDER BY rowid LIMIT ${ROWS})`,
  );
  for (let last: number | null = Number.MIN_SAFE_INTEGER; last !== null; ) {
    const row = some.get([last]) as { readonly last: number | null; readonly bytes: Buffer | null };
    if (!isText(row.bytes)) return false;
    last = row.last;
  }
  return true;
}

/** SQLite itself keeps anything anywhere. */
function hasTypes(client: Libsql.Database, table: string): boolean {
  const columns = client.prepare("SELECT name, type FROM pragma_table_info(?)").all([table]);
  const wrong = (columns as { readonly name: string; readonly type: string }[]).flatMap(({ name, type }) => {
    if (/TEXT/i.test(type)) return `typeof("${name}") = 'blob'`;
    return /INT|REAL/i.test(type) ? `typeof("${name}") IN ('blob', 'text')` : [];
  });
  if (wrong.length === 0) return true;
  return client.prepare(`SELECT 1 FROM "${table}" WHERE ${wrong.join(" OR ")} LIMIT 1`).get([]) === undefined;
}

function bytesOf(client: Libsql.Database, query: string): Buffer | null {
  return (client.prepare(query).get([]) as { readonly bytes: Buffer | null }).bytes;
}

function isText(bytes: Buffer | null): boolean {
  return bytes === null || isUtf8(bytes);
}

function damaged(path: string, what: string): StoreError {
  return new StoreError("damaged", "store.damaged", { path }, { cause: new Error(what) });
}
