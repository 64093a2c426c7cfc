import { randomBytes } from "node:crypto";
import type { User } from "../../domain/model.js";
import type { Button, Progress } from "../../port/messages.js";
import type { Sql } from "./sql.js";
import type { WireButton, WireImage, WirePerson } from "./wire.js";

/** A channel, or a thread in it by its parent's id. */
interface StoredTimeline {
  readonly channel: string;
  readonly thread?: number | undefined;
}

export interface NewMessage extends StoredTimeline, MessageContent {
  readonly author: string;
  readonly privateTo?: string | undefined;
  readonly repliesTo?: number | undefined;
  readonly nonce?: string | undefined;
}

export interface MessageChange {
  /** Shows it to everybody. */
  readonly publish?: boolean;
  readonly threadTitle?: string;
  /** What its author makes of it. */
  readonly words?: Pick<MessageContent, "text" | "mentions">;
}

const PRIVATE_KEPT_MS = 7 * 24 * 3600 * 1000;

/** With each channel's newest message. */
const CHANNELS = `SELECT c.id, c.name, c.topic, c.archived, COALESCE((SELECT MAX(m.id) FROM message m
  WHERE m.channel = c.id AND m.thread IS NULL AND m.removed = 0 AND m.private_to IS NULL), 0) AS last
  FROM channel c WHERE c.deleted = 0`;

/** Of messages: nothing of a deleted channel is shown, also while they are still to be dropped. */
const IN_CHANNEL = "channel IN (SELECT id FROM channel WHERE deleted = 0)";

export interface StoredChannel {
  /** The name that it was made with. */
  readonly id: string;
  readonly name: string;
  readonly topic: string;
  /** When it was archived, in milliseconds since the epoch; 0 while it is open. */
  readonly archived: number;
  readonly last: number;
}

/** Messages, channels and reactions of the web chat. */
export class ChatStore {
  #syncedRev: number;

  constructor(private readonly sql: Sql) {
    this.#syncedRev = this.rev();
  }

  /**
   * A short random name of this data folder, always the same: tells its cookies from those of another chat on the same
   * host.
   */
  instance(): string {
    return this.#chosen("instance", randomBytes(4).toString("hex"));
  }

  /** By which addresses are made unreadable, always the same. */
  addressKey(): string {
    return this.#chosen("address-key", randomBytes(32).toString("hex"));
  }

  /** What was chosen at random once. */
  #chosen(name: string, random: string): string {
    this.sql.run("INSERT OR IGNORE INTO setting VALUES (?, ?)", name, random);
    return this.sql.one<{ value: string }>("SELECT value FROM setting WHERE name = ?", name).value;
  }

  /** Removes old private answers. */
  prunePrivate(): void {
    const query = "SELECT id FROM message WHERE private_to IS NOT NULL AND removed = 0 AND at < ?";
    for (const { id } of this.sql.all<{ id: number }>(query, Date.now() - PRIVATE_KEPT_MS)) this.remove(id);
  }

  /** The oldest id of a message that stays, of those since a time and of so many of the newest. */
  firstKept(since: number, most: number): number {
    const newest = this.sql.one<{ id: number }>("SELECT COALESCE(MAX(id), 0) AS id FROM message").id;
    const young = this.sql.get<{ id: number }>("SELECT id FROM message WHERE at >= ? ORDER BY id LIMIT 1", since);
    return Math.max(young?.id ?? newest + 1, newest - most + 1);
  }

  /** Ids of messages before one, the oldest first, but for those that are answered in a thread since. */
  oldest(before: number, limit: number): number[] {
    const query = `SELECT id FROM message AS m WHERE id < ?1 AND removed = 0 AND ${IN_CHANNEL} AND NOT EXISTS
      (SELECT 1 FROM message WHERE thread = m.id AND id >= ?1 AND removed = 0) ORDER BY id LIMIT ?2`;
    return this.sql.all<{ id: number }>(query, before, limit).map(({ id }) => id);
  }

  oldestWithPictures(limit: number): MessageRow[] {
    return this.sql.all(`SELECT * FROM message WHERE pictures <> '[]' AND ${IN_CHANNEL} ORDER BY id LIMIT ?`, limit);
  }

  /** Forgets the messages before one that were removed. */
  dropRemoved(before: number): void {
    const answered = "SELECT thread FROM message WHERE thread IS NOT NULL";
    this.sql.run(`DELETE FROM message WHERE id < ? AND removed = 1 AND id NOT IN (${answered})`, before);
  }

  /** Resolves when all that was said before is on the disk: what is acknowledged outlives a power cut. */
  async synced(): Promise<void> {
    const rev = this.rev();
    await this.sql.synced();
    this.#syncedRev = Math.max(this.#syncedRev, rev);
  }

  /** Up to this one, a power cut takes no change back. */
  get syncedRev(): number {
    return this.#syncedRev;
  }

  rev(): number {
    return this.sql.one<{ value: number }>("SELECT value FROM counter WHERE name = 'rev'").value;
  }

  #nextRev(): number {
    const query = "UPDATE counter SET value = value + 1 WHERE name = 'rev' RETURNING value";
    return this.sql.one<{ value: number }>(query).value;
  }

  /** The oldest first. */
  channels(): StoredChannel[] {
    return this.sql.all(`${CHANNELS} ORDER BY c.created, c.id`);
  }

  /** A channel that there is. */
  channel(id: string): StoredChannel {
    return this.sql.one(`${CHANNELS} AND c.id = ?`, id);
  }

  hasChannel(id: string): boolean {
    return this.sql.get("SELECT 1 FROM channel WHERE id = ? AND deleted = 0", id) !== undefined;
  }

  /** @returns its id: the name, or the name and a number where another channel has or had that id */
  addChannel(name: string, topic: string): string {
    const add = "INSERT OR IGNORE INTO channel (id, name, topic, created) VALUES (?, ?, ?, ?)";
    for (let count = 1; ; count++) {
      const id = count === 1 ? name : `${name}-${count}`;
      if (this.sql.run(add, id, name, topic, Date.now()).changes > 0) return id;
    }
  }

  renameChannel(id: string, name: string): void {
    this.sql.run("UPDATE channel SET name = ? WHERE id = ?", name, id);
  }

  archiveChannel(id: string, archived: boolean): void {
    this.sql.run("UPDATE channel SET archived = ? WHERE id = ?", archived ? Date.now() : 0, id);
  }

  /** Nothing of it can be found from now on; its messages are still to be dropped. */
  deleteChannel(id: string): void {
    this.sql.write(() => {
      this.sql.run("UPDATE channel SET deleted = ?, topic = '' WHERE id = ?", Date.now(), id);
      this.sql.run("DELETE FROM read_mark WHERE channel = ?", id);
    });
  }

  /** A deleted channel that still holds messages. */
  deletedChannel(): string | undefined {
    const query = `SELECT id FROM channel c WHERE deleted > 0
      AND EXISTS (SELECT 1 FROM message WHERE channel = c.id) LIMIT 1`;
    return this.sql.get<{ id: string }>(query)?.id;
  }

  /**
   * Forgets some messages of a channel without a trace, answers before what they stand below.
   * @returns what they were
   */
  dropFrom(channel: string, limit: number): MessageRow[] {
    const find = "SELECT * FROM message WHERE channel = ? ORDER BY thread DESC, id DESC LIMIT ?";
    return this.sql.write(() => {
      const rows = this.sql.all<MessageRow>(find, channel, limit);
      const ids = JSON.stringify(rows.map(({ id }) => id));
      const these = "IN (SELECT value FROM json_each(?))";
      this.sql.run(`DELETE FROM picture_use WHERE message ${these}`, ids);
      this.sql.run(`DELETE FROM reaction WHERE message ${these}`, ids);
      this.sql.run(`DELETE FROM message WHERE id ${these}`, ids);
      return rows;
    });
  }

  message(id: number): MessageRow | undefined {
    return this.sql.get(`SELECT * FROM message WHERE id = ? AND removed = 0 AND ${IN_CHANNEL}`, id);
  }

  messageByNonce(author: string, nonce: string): MessageRow | undefined {
    return this.sql.get("SELECT * FROM message WHERE author = ? AND nonce = ?", author, nonce);
  }

  /** A message in its present state, also when it was removed; undefined when it is forgotten. */
  state(id: number): MessageRow | undefined {
    return this.sql.get(`SELECT * FROM message WHERE id = ? AND ${IN_CHANNEL}`, id);
  }

  /** @param alongside what is on disk together with it */
  insert(message: NewMessage, alongside: () => void = () => undefined): MessageRow {
    const { channel, thread = null, author, privateTo = null, repliesTo = null, nonce = null } = message;
    const query = `INSERT INTO message (channel, thread, author, private_to, replies_to, nonce, at,
      rev, text, pictures, buttons, mentions, progress) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
    return this.#write(() => {
      const ids = [channel, thread, author, privateTo, repliesTo, nonce];
      const { lastInsertRowid } = this.sql.run(query, ...ids, Date.now(), this.#nextRev(), ...encode(message));
      alongside();
      const id = Number(lastInsertRowid);
      this.#usePictures(id, message);
      return this.#need(id);
    });
  }

  /** Replaces all that an edit replaces. */
  update(id: number, content: MessageContent): MessageRow | undefined {
    const query = `UPDATE message SET rev = ?, text = ?, pictures = ?, buttons = ?, mentions = ?, progress = ?
      WHERE id = ? AND removed = 0`;
    return this.#write(() => {
      if (this.sql.run(query, this.#nextRev(), ...encode(content), id).changes === 0) return undefined;
      this.sql.run("DELETE FROM picture_use WHERE message = ?", id);
      this.#usePictures(id, content);
      return this.#need(id);
    });
  }

  /**
   * Gives a message a new rev because something it shows has changed (its thread, a reaction), or makes a change
   * itself.
   */
  touch(id: number, { publish = false, threadTitle, words }: MessageChange = {}): MessageRow | undefined {
    const query = "UPDATE message SET rev = ? WHERE id = ? AND removed = 0";
    const rewrite = "UPDATE message SET text = ?, mentions = ?, edited_at = ? WHERE id = ? AND removed = 0";
    return this.#write(() => {
      if (publish) this.sql.run("UPDATE message SET private_to = NULL WHERE id = ?", id);
      if (threadTitle !== undefined) this.sql.run("UPDATE message SET thread_title = ? WHERE id = ?", threadTitle, id);
      if (words) this.sql.run(rewrite, words.text, encodeMentions(words), Date.now(), id);
      return this.sql.run(query, this.#nextRev(), id).changes === 0 ? undefined : this.#need(id);
    });
  }

  /** Leaves a tombstone without content, for clients that resume. A thread on the message stays readable. */
  remove(id: number): MessageRow | undefined {
    const query = `UPDATE message SET rev = ?, removed = 1, text = '', pictures = '[]', buttons = '[]', mentions = '[]',
      progress = NULL WHERE id = ? AND removed = 0`;
    return this.#write(() => {
      if (this.sql.run(query, this.#nextRev(), id).changes === 0) return undefined;
      this.sql.run("DELETE FROM picture_use WHERE message = ?", id);
      this.sql.run("DELETE FROM reaction WHERE message = ?", id);
      return this.#need(id);
    });
  }

  /**
   * Writes a message's new state. Its thread's parent shows something of it, and has a new rev too. Nothing waits for
   * the disk here: that is for those who acknowledge it; see {@link synced}.
   */
  #write<R extends MessageRow | undefined>(work: () => R): R {
    const touchParent = "UPDATE message SET rev = ? WHERE id = ? AND removed = 0 AND private_to IS ?";
    const write = () => {
      const row = work();
      if (row && row.thread !== null) this.sql.run(touchParent, this.#nextRev(), row.thread, row.private_to);
      return row;
    };
    return this.sql.write(write, { durable: false });
  }

  /** A page of a timeline that `viewer` may see, oldest first, older than `before`. */
  page({ channel, thread }: StoredTimeline, viewer: string, limit: number, before?: number): MessageRow[] {
    const query = `SELECT * FROM message WHERE channel = ? AND thread IS ? AND id < ? AND removed = 0
      AND (private_to IS NULL OR private_to = ?) ORDER BY id DESC LIMIT ?`;
    const most = before ?? Number.MAX_SAFE_INTEGER;
    return this.sql.all<MessageRow>(query, channel, thread ?? null, most, viewer, limit).reverse();
  }

  /** As {@link page}, of what is newer than a message. */
  pageAfter({ channel, thread }: StoredTimeline, viewer: string, limit: number, after: number): MessageRow[] {
    const query = `SELECT * FROM message WHERE channel = ? AND thread IS ? AND id > ? AND removed = 0
      AND (private_to IS NULL OR private_to = ?) ORDER BY id LIMIT ?`;
    return this.sql.all(query, channel, thread ?? null, after, viewer, limit);
  }

  /**
   * Messages changed after `rev` that `viewer` may know of, removed ones included, in the order of change;
   * without those whose last change is not on the disk yet.
   */
  changedSince(rev: number, viewer: string, limit: number): MessageRow[] {
    const query = `SELECT * FROM message WHERE rev > ? AND rev <= ? AND (private_to IS NULL OR private_to = ?)
      AND ${IN_CHANNEL} ORDER BY rev LIMIT ?`;
    return this.sql.all(query, rev, this.#syncedRev, viewer, limit);
  }

  /** How many {@link changedSince} gives when all is on the disk, `limit` at most. */
  countChanges(rev: number, viewer: string, limit: number): number {
    const query = `SELECT COUNT(*) AS changes FROM
      (SELECT 1 FROM message WHERE rev > ? AND (private_to IS NULL OR private_to = ?) LIMIT ?)`;
    return this.sql.one<{ changes: number }>(query, rev, viewer, limit).changes;
  }

  /** A thread as its parent shows it: what all may see who may see the parent. */
  thread({ id: root, private_to: viewer }: Pick<MessageRow, "id" | "private_to">) {
    const visible = "FROM message WHERE thread = ? AND removed = 0 AND (private_to IS NULL OR private_to = ?)";
    const newest = (condition: string) =>
      this.sql.get<MessageRow>(`SELECT * ${visible} AND ${condition} ORDER BY id DESC LIMIT 1`, root, viewer);
    const { replies } = this.sql.one<{ replies: number }>(`SELECT COUNT(*) AS replies ${visible}`, root, viewer);
    const lastWithPicture = newest("pictures <> '[]'");
    return { replies, last: newest("1"), lastWithPicture, lastWithProgress: newest("progress IS NOT NULL") };
  }

  /**
   * The messages with images before one, newest first, in a channel itself or in one thread (its parent counts as its
   * oldest message), as far as all there may see them; `limit` at most.
   */
  withPictures({ channel, thread }: StoredTimeline, before: number, limit: number): readonly MessageRow[] {
    const query = `SELECT * FROM message WHERE channel = ? AND (thread IS ? OR id = ?) AND pictures <> '[]'
      AND removed = 0 AND private_to IS (SELECT private_to FROM message WHERE id = ?) AND id < ?
      ORDER BY id DESC LIMIT ?`;
    const root = thread ?? -1;
    return this.sql.all(query, channel, thread ?? null, root, root, before, limit);
  }

  reactions(message: number): { emoji: string; user: NamedPerson }[] {
    const query = `SELECT r.emoji, p.id, p.name, p.bot FROM reaction r JOIN person p ON p.id = r.person
      WHERE r.message = ? ORDER BY r.at, r.rowid`;
    const rows = this.sql.all<NamedPerson & { emoji: string }>(query, message);
    return rows.map(({ emoji, ...user }) => ({ emoji, user }));
  }

  /** @returns whether anything changed. */
  setReaction(message: number, emoji: string, user: string, on: boolean): boolean {
    const add = "INSERT OR IGNORE INTO reaction (message, emoji, person, at) VALUES (?, ?, ?, ?)";
    const remove = "DELETE FROM reaction WHERE message = ? AND emoji = ? AND person = ?";
    const change = () =>
      on ? this.sql.run(add, message, emoji, user, Date.now()) : this.sql.run(remove, message, emoji, user);
    return this.sql.write(change, { durable: false }).changes > 0;
  }

  /** To whom messages show an image file: to everybody, to this viewer alone, or undefined for not even them. */
  pictureAudience(sha: string, viewer: string): "all" | "viewer" | undefined {
    const query = `SELECT MIN(m.private_to IS NOT NULL) AS alone FROM picture_use u JOIN message m ON m.id = u.message
      WHERE u.sha = ? AND m.removed = 0 AND (m.private_to IS NULL OR m.private_to = ?) AND m.${IN_CHANNEL}`;
    const { alone } = this.sql.one<{ alone: number | null }>(query, sha, viewer);
    return alone === null ? undefined : alone === 0 ? "all" : "viewer";
  }

  /** The first message that shows everybody an image file. */
  firstShowing(sha: string): MessageRow | undefined {
    const query = `SELECT m.* FROM picture_use u JOIN message m ON m.id = u.message JOIN channel c ON c.id = m.channel
      WHERE u.sha = ? AND m.removed = 0 AND m.private_to IS NULL AND c.deleted = 0 ORDER BY m.id LIMIT 1`;
    return this.sql.get(query, sha);
  }

  pictureIsUsed(sha: string): boolean {
    return this.sql.get("SELECT 1 FROM picture_use WHERE sha = ? LIMIT 1", sha) !== undefined;
  }

  /** Notes which image files a message uses. */
  #usePictures(id: number, { pictures }: MessageContent): void {
    for (const { sha } of pictures)
      this.sql.run("INSERT OR IGNORE INTO picture_use (sha, message) VALUES (?, ?)", sha, id);
  }

  #need(id: number): MessageRow {
    return this.sql.one("SELECT * FROM message WHERE id = ?", id);
  }
}

function encode({ text, pictures, buttons, mentions, progress }: MessageContent): (string | null)[] {
  return [
    text,
    JSON.stringify(pictures),
    JSON.stringify(buttons),
    encodeMentions({ mentions }),
    progress ? JSON.stringify(progress) : null,
  ];
}

function encodeMentions({ mentions }: Pick<MessageContent, "mentions">): string {
  return JSON.stringify(mentions.map(({ id }) => id));
}

/** A stored image of a message: where its file is, and what a page must know before it has loaded. */
export interface StoredImage extends Omit<WireImage, "url" | "preview" | "before"> {
  /** SHA-256 of the file, in hex: its name on disk. */
  readonly sha: string;
  /** File name extension without a dot: "png". */
  readonly extension: string;
  /** There is a smaller copy, `<sha>.preview.webp`. */
  readonly hasPreview: boolean;
  /** Who must be named wherever it is used. */
  readonly credit?: string;
  /** The image that it was made from: its file, and a message that shows it where it is a result itself. */
  readonly madeFrom?: { readonly sha: string; readonly message?: string };
}

interface NamedPerson extends User {
  readonly bot: number;
}

export interface PersonRow extends NamedPerson {
  readonly moderator: number;
  /** Milliseconds since the epoch; it may be over. */
  readonly muted_until: number;
  /** Since when, in milliseconds since the epoch; 0 for who is not. */
  readonly banned: number;
  /** What a proxy calls them, of those who sign in there. */
  readonly sign_in: string | null;
}

export interface MessageRow {
  readonly id: number;
  readonly rev: number;
  readonly channel: string;
  readonly thread: number | null;
  readonly author: string;
  readonly private_to: string | null;
  readonly text: string;
  readonly pictures: string;
  readonly buttons: string;
  readonly mentions: string;
  readonly progress: string | null;
  readonly replies_to: number | null;
  readonly thread_title: string | null;
  readonly nonce: string | null;
  readonly at: number;
  /** When its author last changed the text. */
  readonly edited_at: number | null;
  readonly removed: number;
}

/** What a new message, or the new state of an edited one, holds. */
export interface MessageContent {
  readonly text: string;
  readonly pictures: readonly StoredImage[];
  readonly buttons: readonly Button[];
  readonly mentions: readonly User[];
  readonly progress?: Progress | undefined;
}

export function storedImages(row: Pick<MessageRow, "pictures">): StoredImage[] {
  return JSON.parse(row.pictures) as StoredImage[];
}

export function wirePerson({ id, name, bot }: NamedPerson): WirePerson {
  return { id, name, bot: bot === 1 };
}

export function wireImage({
  sha,
  extension,
  hasPreview,
  credit: _,
  madeFrom: _origin,
  ...shown
}: StoredImage): WireImage {
  const url = `pictures/${sha}.${extension}`;
  return { ...shown, url, preview: hasPreview ? `pictures/${sha}.preview.webp` : url };
}

export function wireButton({ style = "secondary", ...button }: Button): WireButton {
  return { ...button, style };
}
