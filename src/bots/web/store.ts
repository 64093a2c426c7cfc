import { randomBytes } from "node:crypto";
import type Database from "libsql";
import { openSqlite } from "../../shared/sqlite.js";
import { migrate } from "./migrations.js";
import type { MessageContent, MessageRow, PersonRow } from "./rows.js";

export interface NewMessage extends MessageContent {
  readonly channel: string;
  readonly thread?: number | undefined;
  readonly author: string;
  readonly privateTo?: string | undefined;
  readonly repliesTo?: number | undefined;
  readonly nonce?: string | undefined;
}

/** A thread as its parent shows it. */
interface ThreadSummary {
  readonly replies: number;
  readonly last: MessageRow | undefined;
  readonly lastWithPicture: MessageRow | undefined;
}

/** Messages, channels and reactions of the web chat in one SQLite file. Synchronous: every call takes well under a millisecond. */
export class ChatStore {
  readonly #db: Database.Database;

  /** @param file Path of the database, or ":memory:". */
  constructor(file: string) {
    this.#db = openSqlite(file);
    this.#db.exec(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON",
    );
    migrate(this.#db);
  }

  /** For the tables that other files own (people, read marks). */
  get database(): Database.Database {
    return this.#db;
  }

  close(): void {
    this.#db.close();
  }

  /** A short random name of this data folder, the same for ever: tells its cookies from those of another chat on the same host. */
  instance(): string {
    this.#db.prepare("INSERT OR IGNORE INTO setting VALUES ('instance', ?)").run(randomBytes(4).toString("hex"));
    return (this.#db.prepare("SELECT value FROM setting WHERE name = 'instance'").get() as { value: string }).value;
  }

  /** Removes private answers older than a week: nobody scrolls back to those. */
  prunePrivate(): void {
    const rows = this.#db
      .prepare("SELECT id FROM message WHERE private_to IS NOT NULL AND removed = 0 AND at < ?")
      .all(Date.now() - 7 * 24 * 3600 * 1000) as { id: number }[];
    for (const { id } of rows) this.remove(id);
  }

  rev(): number {
    return (this.#db.prepare("SELECT value FROM counter WHERE name = 'rev'").get() as { value: number }).value;
  }

  #nextRev(): number {
    return (
      this.#db.prepare("UPDATE counter SET value = value + 1 WHERE name = 'rev' RETURNING value").get() as {
        value: number;
      }
    ).value;
  }

  channels(): { id: string; topic: string; last: number }[] {
    return this.#db
      .prepare(
        `SELECT c.id, c.topic, COALESCE((SELECT MAX(m.id) FROM message m WHERE m.channel = c.id AND m.thread IS NULL AND m.removed = 0
           AND m.private_to IS NULL), 0) AS last FROM channel c ORDER BY c.created, c.id`,
      )
      .all() as { id: string; topic: string; last: number }[];
  }

  hasChannel(id: string): boolean {
    return this.#db.prepare("SELECT 1 AS found FROM channel WHERE id = ?").get(id) !== undefined;
  }

  addChannel(id: string, topic: string): void {
    this.#db.prepare("INSERT OR IGNORE INTO channel (id, topic, created) VALUES (?, ?, ?)").run(id, topic, Date.now());
  }

  message(id: number): MessageRow | undefined {
    return this.#db.prepare("SELECT * FROM message WHERE id = ? AND removed = 0").get(id) as MessageRow | undefined;
  }

  messageByNonce(author: string, nonce: string): MessageRow | undefined {
    return this.#db.prepare("SELECT * FROM message WHERE author = ? AND nonce = ?").get(author, nonce) as
      | MessageRow
      | undefined;
  }

  insert(message: NewMessage): MessageRow {
    return this.#write(() => {
      const { lastInsertRowid } = this.#db
        .prepare(
          `INSERT INTO message (rev, channel, thread, author, private_to, text, pictures, buttons, mentions, progress, replies_to, nonce, at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run([
          this.#nextRev(),
          message.channel,
          message.thread ?? null,
          message.author,
          message.privateTo ?? null,
          ...encode(message),
          message.repliesTo ?? null,
          message.nonce ?? null,
          Date.now(),
        ]);
      const id = Number(lastInsertRowid);
      this.#usePictures(id, message.pictures);
      return this.#need(id);
    });
  }

  /** Replaces all that an edit replaces. `quiet` leaves no "edited" mark, as for frames and progress. */
  update(id: number, content: MessageContent, quiet: boolean): MessageRow | undefined {
    return this.#write(() => {
      const { changes } = this.#db
        .prepare(
          `UPDATE message SET rev = ?, text = ?, pictures = ?, buttons = ?, mentions = ?, progress = ?, edited_at = COALESCE(?, edited_at)
           WHERE id = ? AND removed = 0`,
        )
        .run([this.#nextRev(), ...encode(content), quiet ? null : Date.now(), id]);
      if (changes === 0) return undefined;
      this.#usePictures(id, content.pictures);
      return this.#need(id);
    });
  }

  /** Gives a message a new rev because something it shows has changed (its thread, a reaction), or changes its visibility or thread. */
  touch(
    id: number,
    change: { readonly publish?: boolean; readonly threadTitle?: string } = {},
  ): MessageRow | undefined {
    return this.#write(() => {
      if (change.publish) this.#db.prepare("UPDATE message SET private_to = NULL WHERE id = ?").run(id);
      if (change.threadTitle !== undefined)
        this.#db.prepare("UPDATE message SET thread_title = ? WHERE id = ?").run(change.threadTitle, id);
      const { changes } = this.#db
        .prepare("UPDATE message SET rev = ? WHERE id = ? AND removed = 0")
        .run(this.#nextRev(), id);
      return changes === 0 ? undefined : this.#need(id);
    });
  }

  /** Leaves a tombstone without content, so that clients that resume learn of it. A thread on the message stays readable. */
  remove(id: number): MessageRow | undefined {
    return this.#write(() => {
      const { changes } = this.#db
        .prepare(
          `UPDATE message SET rev = ?, removed = 1, text = '', pictures = '[]', buttons = '[]', mentions = '[]', progress = NULL
           WHERE id = ? AND removed = 0`,
        )
        .run(this.#nextRev(), id);
      if (changes === 0) return undefined;
      this.#db.prepare("DELETE FROM picture_use WHERE message = ?").run(id);
      this.#db.prepare("DELETE FROM reaction WHERE message = ?").run(id);
      return this.#need(id);
    });
  }

  /** A page of a timeline that `viewer` may see, oldest first, older than `before`. */
  page(
    channel: string,
    thread: number | undefined,
    before: number | undefined,
    limit: number,
    viewer: string,
  ): MessageRow[] {
    const rows = this.#db
      .prepare(
        `SELECT * FROM message WHERE channel = ? AND thread IS ? AND id < ? AND removed = 0 AND (private_to IS NULL OR private_to = ?)
         ORDER BY id DESC LIMIT ?`,
      )
      .all([channel, thread ?? null, before ?? Number.MAX_SAFE_INTEGER, viewer, limit]) as MessageRow[];
    return rows.reverse();
  }

  /** Messages changed after `rev` that `viewer` may know of, removed ones included, in the order of change. */
  changedSince(rev: number, viewer: string, limit: number): MessageRow[] {
    return this.#db
      .prepare("SELECT * FROM message WHERE rev > ? AND (private_to IS NULL OR private_to = ?) ORDER BY rev LIMIT ?")
      .all(rev, viewer, limit) as MessageRow[];
  }

  thread(root: number): ThreadSummary {
    const visible = "thread = ? AND removed = 0 AND private_to IS NULL";
    const { replies } = this.#db.prepare(`SELECT COUNT(*) AS replies FROM message WHERE ${visible}`).get(root) as {
      replies: number;
    };
    const newest = (condition: string) =>
      this.#db.prepare(`SELECT * FROM message WHERE ${visible} AND ${condition} ORDER BY id DESC LIMIT 1`).get(root) as
        | MessageRow
        | undefined;
    return { replies, last: newest("1"), lastWithPicture: newest("pictures <> '[]'") };
  }

  /** The newest message with a picture in a channel itself or in one thread (its parent counts as its oldest message). */
  newestWithPicture(channel: string, thread: number | undefined): MessageRow | undefined {
    return this.#db
      .prepare(
        `SELECT * FROM message WHERE channel = ? AND (thread IS ? OR id = ?) AND pictures <> '[]' AND removed = 0 AND private_to IS NULL
         ORDER BY id DESC LIMIT 1`,
      )
      .get([channel, thread ?? null, thread ?? -1]) as MessageRow | undefined;
  }

  reactions(message: number): { emoji: string; user: PersonRow }[] {
    const rows = this.#db
      .prepare(
        `SELECT r.emoji, p.id, p.name, p.bot, p.moderator FROM reaction r JOIN person p ON p.id = r.person WHERE r.message = ? ORDER BY r.at, r.rowid`,
      )
      .all(message) as (PersonRow & { emoji: string })[];
    return rows.map(({ emoji, ...user }) => ({ emoji, user }));
  }

  /** @returns whether anything changed. */
  setReaction(message: number, emoji: string, user: string, on: boolean): boolean {
    const { changes } = on
      ? this.#db
          .prepare("INSERT OR IGNORE INTO reaction (message, emoji, person, at) VALUES (?, ?, ?, ?)")
          .run(message, emoji, user, Date.now())
      : this.#db
          .prepare("DELETE FROM reaction WHERE message = ? AND emoji = ? AND person = ?")
          .run(message, emoji, user);
    return changes > 0;
  }

  pictureIsUsed(sha: string): boolean {
    return this.#db.prepare("SELECT 1 AS found FROM picture_use WHERE sha = ? LIMIT 1").get(sha) !== undefined;
  }

  #usePictures(message: number, pictures: MessageContent["pictures"]): void {
    this.#db.prepare("DELETE FROM picture_use WHERE message = ?").run(message);
    const insert = this.#db.prepare("INSERT OR IGNORE INTO picture_use (sha, message) VALUES (?, ?)");
    for (const picture of pictures) insert.run(picture.sha, message);
  }

  #need(id: number): MessageRow {
    return this.#db.prepare("SELECT * FROM message WHERE id = ?").get(id) as MessageRow;
  }

  #write<T>(operation: () => T): T {
    return this.#db.transaction(operation).immediate();
  }
}

function encode(content: MessageContent): (string | null)[] {
  return [
    content.text,
    JSON.stringify(content.pictures),
    JSON.stringify(content.buttons),
    JSON.stringify(content.mentions.map((user) => user.id)),
    content.progress ? JSON.stringify(content.progress) : null,
  ];
}
