import type Libsql from "libsql";
import { StoreError } from "../../shared/store-error.js";

/** The schema's history. Only ever append: entry n brings a file at version n to n + 1. */
const migrations: readonly string[] = [
  `
  CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
  INSERT INTO counter VALUES ('rev', 0);
  CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE person (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, bot INTEGER NOT NULL DEFAULT 0, moderator INTEGER NOT NULL DEFAULT 0,
    token_hash TEXT UNIQUE, created INTEGER NOT NULL, seen INTEGER NOT NULL
  );
  CREATE TABLE channel (id TEXT PRIMARY KEY, topic TEXT NOT NULL DEFAULT '', created INTEGER NOT NULL);
  CREATE TABLE message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    rev INTEGER NOT NULL,
    channel TEXT NOT NULL REFERENCES channel(id),
    thread INTEGER REFERENCES message(id),
    author TEXT NOT NULL REFERENCES person(id),
    private_to TEXT REFERENCES person(id),
    text TEXT NOT NULL,
    pictures TEXT NOT NULL DEFAULT '[]',
    buttons TEXT NOT NULL DEFAULT '[]',
    mentions TEXT NOT NULL DEFAULT '[]',
    progress TEXT,
    replies_to INTEGER,
    thread_title TEXT,
    nonce TEXT,
    at INTEGER NOT NULL,
    edited_at INTEGER,
    removed INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX message_place ON message (channel, thread, id);
  CREATE INDEX message_thread ON message (thread, id);
  CREATE INDEX message_rev ON message (rev);
  CREATE UNIQUE INDEX message_nonce ON message (author, nonce) WHERE nonce IS NOT NULL;
  CREATE TABLE reaction (
    message INTEGER NOT NULL REFERENCES message(id), emoji TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES person(id), at INTEGER NOT NULL,
    PRIMARY KEY (message, emoji, person)
  );
  CREATE TABLE picture_use (
    sha TEXT NOT NULL, message INTEGER NOT NULL REFERENCES message(id), PRIMARY KEY (sha, message)
  );
  CREATE INDEX picture_use_message ON picture_use (message);
  CREATE TABLE read_mark (
    person TEXT NOT NULL, channel TEXT NOT NULL, message INTEGER NOT NULL, PRIMARY KEY (person, channel)
  );
  `,
  // A channel's id stays what it was when its name changes, and when it is deleted: no other one may have the links,
  // jobs and settings that name it. Times are milliseconds since the epoch, 0 for never.
  `
  ALTER TABLE channel ADD COLUMN name TEXT NOT NULL DEFAULT '';
  UPDATE channel SET name = id;
  ALTER TABLE channel ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE channel ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE person ADD COLUMN skeleton TEXT NOT NULL DEFAULT '';
  ALTER TABLE person ADD COLUMN folded TEXT NOT NULL DEFAULT '';
  CREATE INDEX person_skeleton ON person (skeleton);
  CREATE INDEX person_folded ON person (folded);
  ALTER TABLE person ADD COLUMN muted_until INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE person ADD COLUMN banned INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE banned_address (address TEXT PRIMARY KEY, person TEXT NOT NULL, until INTEGER NOT NULL);
  `,
  // An index of the messages' words. It holds no text of its own. FTS5's "secure-delete" is not used: of SQLite 3.45 it
  // leaves an index that the next start takes for damaged.
  `
  CREATE VIRTUAL TABLE message_word USING fts5
    (text, content='message', content_rowid='id', tokenize='unicode61 remove_diacritics 2');
  INSERT INTO message_word (message_word) VALUES ('rebuild');
  CREATE TRIGGER message_word_new AFTER INSERT ON message BEGIN
    INSERT INTO message_word (rowid, text) VALUES (new.id, new.text);
  END;
  CREATE TRIGGER message_word_gone AFTER DELETE ON message BEGIN
    INSERT INTO message_word (message_word, rowid, text) VALUES ('delete', old.id, old.text);
  END;
  CREATE TRIGGER message_word_changed AFTER UPDATE OF text ON message WHEN old.text <> new.text BEGIN
    INSERT INTO message_word (message_word, rowid, text) VALUES ('delete', old.id, old.text);
    INSERT INTO message_word (rowid, text) VALUES (new.id, new.text);
  END;
  CREATE INDEX message_author ON message (author, id);
  `,
  // Who takes part in a thread has a mark there: the last message that they have read.
  `
  CREATE TABLE thread_mark (
    person TEXT NOT NULL, thread INTEGER NOT NULL, message INTEGER NOT NULL, PRIMARY KEY (person, thread)
  );
  CREATE INDEX thread_mark_thread ON thread_mark (thread);
  `,
  // A person may come in with several browsers; person.token_hash is used no longer.
  `
  CREATE TABLE session (
    id INTEGER PRIMARY KEY AUTOINCREMENT, person TEXT NOT NULL REFERENCES person(id), token_hash TEXT NOT NULL UNIQUE,
    browser TEXT NOT NULL DEFAULT '', created INTEGER NOT NULL, seen INTEGER NOT NULL
  );
  CREATE INDEX session_person ON session (person);
  INSERT INTO session (person, token_hash, created, seen)
    SELECT id, token_hash, created, seen FROM person WHERE token_hash IS NOT NULL;
  UPDATE person SET token_hash = NULL;
  `,
  // What a proxy calls those who sign in there.
  `
  ALTER TABLE person ADD COLUMN sign_in TEXT;
  CREATE UNIQUE INDEX person_sign_in ON person (sign_in) WHERE sign_in IS NOT NULL;
  `,
  // People are looked up by what may be their name in a message.
  `
  CREATE INDEX IF NOT EXISTS person_name ON person (name COLLATE NOCASE);
  `,
];

/**
 * Brings the file's schema up to date, each step in a transaction of its own.
 *
 * @throws StoreError "newer" when a newer Dreamloom has written the file.
 */
export function migrate(database: Libsql.Database, file: string): void {
  database.exec("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)");
  const row = database.prepare("SELECT version FROM schema_version").get() as { version: number } | undefined;
  if (!row) database.prepare("INSERT INTO schema_version VALUES (0)").run();
  const version = row?.version ?? 0;
  if (version > migrations.length) throw new StoreError("newer", "store.newer", { file });
  for (const [index, sql] of migrations.entries()) {
    if (index < version) continue;
    const step = database.transaction(() => {
      database.exec(sql);
      database.prepare("UPDATE schema_version SET version = ?").run(index + 1);
    });
    step.immediate();
  }
}
