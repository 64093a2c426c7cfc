import { createHash, randomBytes, randomInt, timingSafeEqual } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Member } from "../../domain/model.js";
import { ChatError } from "../../port/chat-error.js";
import { isLoopback, networkOf } from "./addresses.js";
import type { Budgets } from "./budgets.js";
import type { BudgetName } from "./limits.js";
import type { Sql } from "./sql.js";
import type { PersonRow } from "./store.js";

export const botId = "bot";

const ADJECTIVES = (
  "Quiet Amber Silver Velvet Lucid Drifting Golden Misty Gentle Indigo " +
  "Wandering Coral Paper Hidden Bright Woven Mossy Lunar Slow Curious"
).split(" ");
const ANIMALS = (
  "Heron Otter Moth Fox Lynx Wren Koi Hare Owl Newt " + "Finch Marten Seal Swift Ibis Badger Gecko Crane Robin Octopus"
).split(" ");
const COLUMNS = "id, name, bot, moderator";
const SEEN_MS = 3600 * 1000;
const FORGOTTEN_MS = 30 * 24 * 3600 * 1000;

/** The visitors of the web chat. A person is known by a random token in a cookie; only the token's hash is stored. */
export class Users {
  constructor(private readonly sql: Sql) {}

  get(id: string): PersonRow | undefined {
    return this.sql.get(`SELECT ${COLUMNS} FROM person WHERE id = ?`, id);
  }

  byToken(token: string): PersonRow | undefined {
    const query = `SELECT ${COLUMNS}, seen FROM person WHERE token_hash = ?`;
    const row = this.sql.get<PersonRow & { readonly seen: number }>(query, hash(token));
    if (!row) return undefined;
    const { seen, ...person } = row;
    // Now and then is enough to know who is gone: most requests only read.
    if (Date.now() - seen > SEEN_MS) this.sql.note("UPDATE person SET seen = ? WHERE id = ?", Date.now(), person.id);
    return person;
  }

  /** Makes a person with a friendly, unused name. */
  create(moderator: boolean): { readonly user: PersonRow; readonly token: string } {
    const token = randomBytes(32).toString("base64url");
    const id = `p${randomBytes(9).toString("base64url")}`;
    const now = Date.now();
    const query = `INSERT INTO person (id, name, moderator, token_hash, created, seen) VALUES (?, ?, ?, ?, ?, ?)
      RETURNING ${COLUMNS}`;
    const values = [id, this.#freeName(), moderator ? 1 : 0, hash(token), now, now];
    const user = this.sql.one<PersonRow>(query, ...values);
    return { user, token };
  }

  /** Makes sure the bot exists under its present name. */
  ensureBot(name: string): void {
    const now = Date.now();
    const query = `INSERT INTO person (id, name, bot, created, seen) VALUES (?, ?, 1, ?, ?)
      ON CONFLICT (id) DO UPDATE SET name = excluded.name`;
    this.sql.run(query, botId, name, now, now);
  }

  hasModerator(): boolean {
    return this.sql.get("SELECT 1 FROM person WHERE moderator = 1 LIMIT 1") !== undefined;
  }

  makeModerator(id: string): void {
    this.sql.run("UPDATE person SET moderator = 1 WHERE id = ?", id);
  }

  /**
   * @param name 1..32 characters; white space is folded.
   * @throws ChatError when it is too long or taken.
   */
  rename(id: string, name: string): void {
    const folded = cleanName(name);
    if (folded.length < 1 || folded.length > 32) throw new ChatError("forbidden", "web.name-length");
    if (this.sql.get("SELECT 1 FROM person WHERE name = ? COLLATE NOCASE AND id <> ?", folded, id))
      throw new ChatError("forbidden", "web.name-taken", { name: folded });
    this.sql.run("UPDATE person SET name = ? WHERE id = ?", folded, id);
  }

  /** People whose `@Name` stands in a text, the longest names first. */
  mentionedIn(text: string): PersonRow[] {
    if (!text.includes("@")) return [];
    const lower = text.toLowerCase();
    const query = `SELECT ${COLUMNS} FROM person WHERE bot = 0 AND instr(lower(?), '@' || lower(name)) > 0
      ORDER BY length(name) DESC LIMIT 20`;
    const rows = this.sql.all<PersonRow>(query, text);
    return rows.filter((row) => lower.includes(`@${row.name.toLowerCase()}`));
  }

  markRead(user: string, channel: string, message: number): void {
    const query = `INSERT INTO read_mark (person, channel, message) VALUES (?, ?, ?)
      ON CONFLICT (person, channel) DO UPDATE SET message = MAX(message, excluded.message)`;
    this.sql.note(query, user, channel, message);
  }

  /** The last message read in a channel, and what came after it (99 at most). A newcomer has read everything. */
  unread(user: string, channel: string): { readonly read: number; readonly unread: number; readonly mentions: number } {
    const find = "SELECT message AS read FROM read_mark WHERE person = ? AND channel = ?";
    const mark = this.sql.get<{ read: number }>(find, user, channel);
    if (!mark) {
      const newest = "SELECT COALESCE(MAX(id), 0) AS read FROM message WHERE channel = ? AND thread IS NULL";
      const { read } = this.sql.one<{ read: number }>(newest, channel);
      this.markRead(user, channel, read);
      return { read, unread: 0, mentions: 0 };
    }
    const since = `SELECT mentions FROM message WHERE channel = ? AND thread IS NULL AND id > ? AND removed = 0
      AND author <> ? AND private_to IS NULL LIMIT 99`;
    const rows = this.sql.all<{ mentions: string }>(since, channel, mark.read, user);
    const mentions = rows.filter((row) => row.mentions.includes(`"${user}"`)).length;
    return { read: mark.read, unread: rows.length, mentions };
  }

  /** Forgets visitors who have left no message and no reaction and were not seen for 30 days. */
  prune(): void {
    const query = `DELETE FROM person WHERE bot = 0 AND moderator = 0 AND seen < ?
      AND id NOT IN (SELECT author FROM message) AND id NOT IN (SELECT person FROM reaction)
      AND id NOT IN (SELECT private_to FROM message WHERE private_to IS NOT NULL)`;
    this.sql.run(query, Date.now() - FORGOTTEN_MS);
  }

  #freeName(): string {
    for (let attempt = 0; ; attempt++) {
      const pair = `${ADJECTIVES[randomInt(ADJECTIVES.length)]} ${ANIMALS[randomInt(ANIMALS.length)]}`;
      const name = attempt < 10 ? pair : `${pair} ${randomInt(2, 10_000)}`;
      if (!this.sql.get("SELECT 1 FROM person WHERE name = ? COLLATE NOCASE", name)) return name;
    }
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

const YEAR_S = 365 * 24 * 3600;

/** Knows visitors by a cookie with a random token that scripts cannot read and other sites' requests do not carry. */
export class Sessions {
  constructor(
    private readonly users: Users,
    private readonly cookie: string,
    readonly budgets: Budgets,
  ) {}

  find(request: FastifyRequest): PersonRow | undefined {
    const token = readCookie(request.headers.cookie, this.cookie);
    return token === undefined ? undefined : this.users.byToken(token);
  }

  /**
   * The visitor, who may do this now. @throws ChatError "forbidden" without a session, "rate-limited" when that is too
   * much.
   */
  act(request: FastifyRequest, what: BudgetName): PersonRow {
    const user = this.find(request);
    if (!user) throw new ChatError("forbidden", "web.session-unknown");
    this.spend(what, request, user);
    return user;
  }

  /**
   * Takes some of something from the budgets of a visitor and of their address. What others do at a moderator's address
   * must not keep the moderator from acting.
   * @throws ChatError "rate-limited"
   */
  spend(what: BudgetName, request: FastifyRequest, user?: PersonRow, count?: number): void {
    const address = user?.moderator === 1 ? undefined : addressOf(request);
    const seconds = this.budgets.take(what, { person: user?.id, address }, count);
    if (seconds > 0) throw new ChatError("rate-limited", "web.too-fast", { seconds });
  }

  /** The visitor, a new one if need be. @throws ChatError "rate-limited" when one address brings too many newcomers. */
  findOrCreate(request: FastifyRequest, reply: FastifyReply): PersonRow {
    const known = this.find(request);
    if (known) {
      this.spend("clicks", request, known);
      return known;
    }
    const wait = this.budgets.take("visitors", { address: addressOf(request) });
    if (wait > 0) throw new ChatError("rate-limited", "web.newcomers", { seconds: wait });
    const { user, token } = this.users.create(this.#ownsThisMachine(request) && !this.users.hasModerator());
    const secure =
      request.headers.origin?.startsWith("https:") || request.headers["x-forwarded-proto"] === "https"
        ? "; Secure"
        : "";
    reply.header("set-cookie", `${this.cookie}=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${YEAR_S}${secure}`);
    return user;
  }

  /**
   * The first visitor from loopback is the moderator: who starts the bot opens it first, on the same machine. It has to
   * be loopback all the way, by a loopback name and with no proxy between, or a tunnel to the public would give the
   * right to a stranger. Everybody else needs the configured code.
   */
  #ownsThisMachine(request: FastifyRequest): boolean {
    const proxied = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"].some(
      (header) => header in request.headers,
    );
    const localName = /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/.test(request.headers.host ?? "");
    return isLoopback(request.socket.remoteAddress) && localName && !proxied;
  }
}

/** What a visitor's address counts as; behind a trusted proxy it is the one that the proxy tells. */
export function addressOf({ ip }: FastifyRequest): string {
  // Of a connection that has just broken there is none.
  return networkOf(ip ?? "");
}

function readCookie(header: string | undefined, name: string): string | undefined {
  for (const part of header?.split(";") ?? []) {
    const [key, value] = part.trim().split("=", 2);
    if (key === name && value) return value;
  }
  return undefined;
}
