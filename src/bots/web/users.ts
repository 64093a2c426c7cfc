import { createHash, randomBytes, randomInt, timingSafeEqual } from "node:crypto";
import type Database from "libsql";
import type { Member } from "../../domain/user.js";
import { ChatError } from "../../port/chat-error.js";
import type { PersonRow } from "./rows.js";

export const botId = "bot";

const adjectives =
  "Quiet Amber Silver Velvet Lucid Drifting Golden Misty Gentle Indigo Wandering Coral Paper Hidden Bright Woven Mossy Lunar Slow Curious".split(
    " ",
  );
const animals =
  "Heron Otter Moth Fox Lynx Wren Koi Hare Owl Newt Finch Marten Seal Swift Ibis Badger Gecko Crane Robin Octopus".split(
    " ",
  );

/** The visitors of the web chat. A person is known by a random token in a cookie; only the token's hash is stored. */
export class Users {
  constructor(private readonly db: Database.Database) {}

  get(id: string): PersonRow | undefined {
    return this.db.prepare("SELECT id, name, bot, moderator FROM person WHERE id = ?").get(id) as PersonRow | undefined;
  }

  byToken(token: string): PersonRow | undefined {
    return this.db
      .prepare("UPDATE person SET seen = ? WHERE token_hash = ? RETURNING id, name, bot, moderator")
      .get(Date.now(), hash(token)) as PersonRow | undefined;
  }

  /** Makes a person with a friendly name that nobody has. */
  create(moderator: boolean): { readonly user: PersonRow; readonly token: string } {
    const token = randomBytes(32).toString("base64url");
    const id = `p${randomBytes(9).toString("base64url")}`;
    const now = Date.now();
    this.db
      .prepare("INSERT INTO person (id, name, moderator, token_hash, created, seen) VALUES (?, ?, ?, ?, ?, ?)")
      .run(id, this.#freeName(), moderator ? 1 : 0, hash(token), now, now);
    return { user: this.#need(id), token };
  }

  /** Makes sure the bot exists under its present name. */
  ensureBot(name: string): PersonRow {
    const now = Date.now();
    this.db
      .prepare(
        "INSERT INTO person (id, name, bot, created, seen) VALUES (?, ?, 1, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name",
      )
      .run(botId, name, now, now);
    return this.#need(botId);
  }

  hasModerator(): boolean {
    return this.db.prepare("SELECT 1 AS found FROM person WHERE moderator = 1 LIMIT 1").get() !== undefined;
  }

  makeModerator(id: string): void {
    this.db.prepare("UPDATE person SET moderator = 1 WHERE id = ?").run(id);
  }

  /**
   * @param name 1..32 characters; white space is folded.
   * @throws ChatError when it is too long or taken.
   */
  rename(id: string, name: string): void {
    const folded = cleanName(name);
    if (folded.length < 1 || folded.length > 32) throw new ChatError("forbidden", "web.name-length");
    const taken = this.db.prepare("SELECT id FROM person WHERE name = ? COLLATE NOCASE AND id <> ?").get(folded, id);
    if (taken) throw new ChatError("forbidden", "web.name-taken", { name: folded });
    this.db.prepare("UPDATE person SET name = ? WHERE id = ?").run(folded, id);
  }

  /** People whose `@Name` stands in a text, the longest names first. */
  mentionedIn(text: string): PersonRow[] {
    if (!text.includes("@")) return [];
    const lower = text.toLowerCase();
    const rows = this.db
      .prepare(
        "SELECT id, name, bot, moderator FROM person WHERE bot = 0 AND instr(lower(?), '@' || lower(name)) > 0 ORDER BY length(name) DESC LIMIT 20",
      )
      .all(text) as PersonRow[];
    return rows.filter((row) => lower.includes(`@${row.name.toLowerCase()}`));
  }

  markRead(user: string, channel: string, message: number): void {
    this.db
      .prepare(
        `INSERT INTO read_mark (person, channel, message) VALUES (?, ?, ?)
         ON CONFLICT (person, channel) DO UPDATE SET message = MAX(message, excluded.message)`,
      )
      .run(user, channel, message);
  }

  /** The last message read in a channel, and what came after it (99 at most). A newcomer has read everything. */
  unread(user: string, channel: string): { readonly read: number; readonly unread: number; readonly mentions: number } {
    const mark = this.db.prepare("SELECT message FROM read_mark WHERE person = ? AND channel = ?").get(user, channel) as
      | { message: number }
      | undefined;
    if (!mark) {
      const newest = this.db
        .prepare("SELECT COALESCE(MAX(id), 0) AS id FROM message WHERE channel = ? AND thread IS NULL")
        .get(channel) as { id: number };
      this.markRead(user, channel, newest.id);
      return { read: newest.id, unread: 0, mentions: 0 };
    }
    const rows = this.db
      .prepare(
        `SELECT mentions FROM message WHERE channel = ? AND thread IS NULL AND id > ? AND removed = 0 AND author <> ? AND private_to IS NULL LIMIT 99`,
      )
      .all(channel, mark.message, user) as { mentions: string }[];
    return {
      read: mark.message,
      unread: rows.length,
      mentions: rows.filter((row) => row.mentions.includes(`"${user}"`)).length,
    };
  }

  /** Forgets visitors of whom nothing is left to show: nothing said, nothing reacted to, not seen for 30 days. */
  prune(): void {
    const before = Date.now() - 30 * 24 * 3600 * 1000;
    this.db
      .prepare(
        `DELETE FROM person WHERE bot = 0 AND moderator = 0 AND seen < ? AND id NOT IN (SELECT author FROM message)
         AND id NOT IN (SELECT person FROM reaction) AND id NOT IN (SELECT private_to FROM message WHERE private_to IS NOT NULL)`,
      )
      .run(before);
  }

  #freeName(): string {
    for (let attempt = 0; ; attempt++) {
      const name = `${adjectives[randomInt(adjectives.length)]} ${animals[randomInt(animals.length)]}${attempt < 10 ? "" : ` ${randomInt(2, 10_000)}`}`;
      if (!this.db.prepare("SELECT 1 AS found FROM person WHERE name = ? COLLATE NOCASE").get(name)) return name;
    }
  }

  #need(id: string): PersonRow {
    return this.db.prepare("SELECT id, name, bot, moderator FROM person WHERE id = ?").get(id) as PersonRow;
  }
}

export function toUser(row: PersonRow): Member {
  return { id: row.id, name: row.name, moderator: row.moderator === 1 };
}

/** Compares in constant time, so that answers' timing tells nothing about the code. */
export function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(createHash("sha256").update(a).digest(), createHash("sha256").update(b).digest());
}

function cleanName(name: string): string {
  // Control and direction-changing characters could disguise one person as another.
  return name
    .normalize("NFC")
    .replace(/[\p{Cc}\p{Cf}@#]/gu, "")
    .replace(/\s+/g, " ")
    .trim();
}

function hash(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
