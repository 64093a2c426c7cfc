import { createHash, randomBytes, randomInt, timingSafeEqual } from "node:crypto";
import type { Member } from "../../domain/model.js";
import { ChatError } from "../../port/chat-error.js";
import { duration } from "../../shared/text.js";
import { calledSo } from "../../shared/typed.js";
import { alike, LONGEST_NAME, lettersOf, readName, type Skeletons, skeletonsOf } from "./names.js";
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
const COLUMNS = "id, name, bot, moderator, muted_until, banned, sign_in";
/** Signs of a text, such as that of "@Ann", after which a name is looked for. */
const MOST_SIGNS = 40;
/** Browsers of one person. */
const MOST_SESSIONS = 20;
const SEEN_MS = 3600 * 1000;
const FORGOTTEN_MS = 30 * 24 * 3600 * 1000;

/** A visitor who is known, and by which session. */
interface Known {
  readonly user: PersonRow;
  readonly session: number;
}

/** A browser that is let in as a person. */
interface SessionRow {
  readonly id: number;
  readonly browser: string;
  readonly created: number;
  readonly seen: number;
}

/** The visitors of the web chat. A person is known by random tokens in cookies; only the tokens' hashes are stored. */
export class Users {
  constructor(private readonly sql: Sql) {}

  get(id: string): PersonRow | undefined {
    return this.sql.get(`SELECT ${COLUMNS} FROM person WHERE id = ?`, id);
  }

  /** The person of a name, as it was typed; undefined where several are called so. */
  named(name: string): PersonRow | undefined {
    const all = this.sql.all<PersonRow>(`SELECT ${COLUMNS} FROM person WHERE bot = 0`);
    const [only, another] = calledSo(name.trim(), all);
    return another ? undefined : only;
  }

  /** Who signs in by a name at a proxy. */
  bySignIn(name: string): PersonRow | undefined {
    return this.sql.get(`SELECT ${COLUMNS} FROM person WHERE sign_in = ?`, name);
  }

  byToken(token: string): Known | undefined {
    const query = `SELECT ${COLUMNS.replaceAll(/\w+/g, "p.$&")}, s.id AS session, s.seen AS last
      FROM session s JOIN person p ON p.id = s.person WHERE s.token_hash = ?`;
    const row = this.sql.get<PersonRow & { readonly session: number; readonly last: number }>(query, hash(token));
    if (!row) return undefined;
    const { last, session, ...user } = row;
    // Now and then is enough to know who is gone: most requests only read.
    if (Date.now() - last > SEEN_MS) {
      this.sql.note("UPDATE person SET seen = ? WHERE id = ?", Date.now(), user.id);
      this.sql.note("UPDATE session SET seen = ? WHERE id = ?", Date.now(), session);
    }
    return { user, session };
  }

  /** Lets another browser in as a person; of more than so many, those that were not used for longest go. */
  addSession(person: string, browser: string): string {
    const token = randomBytes(32).toString("base64url");
    const now = Date.now();
    const add = "INSERT INTO session (person, token_hash, browser, created, seen) VALUES (?, ?, ?, ?, ?)";
    const oldest = `DELETE FROM session WHERE person = ?1 AND id NOT IN
      (SELECT id FROM session WHERE person = ?1 ORDER BY seen DESC, id DESC LIMIT ${MOST_SESSIONS})`;
    this.sql.write(() => {
      this.sql.run(add, person, hash(token), browser, now, now);
      this.sql.run(oldest, person);
    });
    return token;
  }

  /** Of those used last first. */
  sessions(person: string): SessionRow[] {
    const query = "SELECT id, browser, created, seen FROM session WHERE person = ? ORDER BY seen DESC, id DESC";
    return this.sql.all(query, person);
  }

  /** @returns whether the person had it */
  endOneSession(person: string, session: number): boolean {
    return this.sql.run("DELETE FROM session WHERE person = ? AND id = ?", person, session).changes > 0;
  }

  /**
   * Makes a person with a friendly, unused name.
   *
   * @param signIn what a proxy calls them: where that may be a name here, it is theirs
   */
  create(moderator: boolean, browser: string, signIn?: string): { readonly user: PersonRow; readonly token: string } {
    const id = `p${randomBytes(9).toString("base64url")}`;
    const now = Date.now();
    const name = (signIn !== undefined && this.#nameOf(signIn)) || this.#freeName();
    const { skeleton, folded } = skeletonsOf(name);
    const query = `INSERT INTO person (id, name, skeleton, folded, moderator, created, seen, sign_in)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING ${COLUMNS}`;
    const values = [id, name, skeleton, folded, moderator ? 1 : 0, now, now, signIn ?? null];
    return this.sql.write(() => {
      const user = this.sql.one<PersonRow>(query, ...values);
      return { user, token: this.addSession(id, browser) };
    });
  }

  /** Makes sure the bot exists under its present name. */
  ensureBot(name: string): void {
    const now = Date.now();
    const query = `INSERT INTO person (id, name, bot, created, seen) VALUES (?, ?, 1, ?, ?)
      ON CONFLICT (id) DO UPDATE SET name = excluded.name, skeleton = ''`;
    this.sql.write(() => {
      this.sql.run(query, botId, name, now, now);
      this.#compareNames();
    });
  }

  /** Makes the names comparable that are not yet. */
  #compareNames(): void {
    const left = this.sql.all<{ id: string; name: string }>("SELECT id, name FROM person WHERE skeleton = ''");
    for (const { id, name } of left) this.#setName(id, name, skeletonsOf(name));
  }

  #setName(id: string, name: string, { skeleton, folded }: Skeletons): void {
    this.sql.run("UPDATE person SET name = ?, skeleton = ?, folded = ? WHERE id = ?", name, skeleton, folded, id);
  }

  /** Those who can act: who has no session any more comes back as another person. */
  moderators(): PersonRow[] {
    const query = `SELECT ${COLUMNS} FROM person p WHERE moderator = 1
      AND EXISTS (SELECT 1 FROM session WHERE person = p.id)`;
    return this.sql.all(query);
  }

  /** Moderators are not muted. */
  setModerator(id: string, moderator: boolean): void {
    this.sql.run("UPDATE person SET moderator = ?, muted_until = 0 WHERE id = ?", moderator ? 1 : 0, id);
  }

  /** @param until in milliseconds since the epoch */
  mute(id: string, until: number): void {
    this.sql.run("UPDATE person SET muted_until = ? WHERE id = ?", until, id);
  }

  /** Ends all sessions of a person: the browsers that have the cookies enter as other people from now on. */
  endSessions(id: string): void {
    this.sql.run("DELETE FROM session WHERE person = ?", id);
  }

  /** @param address of theirs that is kept out with them until a time, where there is one */
  ban(id: string, address?: string, until = 0): void {
    this.sql.write(() => {
      this.sql.run("UPDATE person SET banned = ? WHERE id = ?", Date.now(), id);
      if (address !== undefined)
        this.sql.run("INSERT OR REPLACE INTO banned_address VALUES (?, ?, ?)", address, id, until);
    });
  }

  unban(id: string): void {
    this.sql.write(() => {
      this.sql.run("UPDATE person SET banned = 0 WHERE id = ?", id);
      this.sql.run("DELETE FROM banned_address WHERE person = ?", id);
    });
  }

  addressIsBanned(address: string): boolean {
    const query = "SELECT 1 FROM banned_address WHERE address = ? AND until > ?";
    return this.sql.get(query, address, Date.now()) !== undefined;
  }

  /** Who is banned or muted, with how long an address of theirs is kept out; those of late first, 200 at most. */
  restricted(): (PersonRow & { readonly address_until: number | null })[] {
    const query = `SELECT ${COLUMNS}, (SELECT MAX(until) FROM banned_address WHERE person = p.id AND until > ?1)
      AS address_until FROM person p WHERE banned > 0 OR muted_until > ?1
      ORDER BY MAX(banned, muted_until) DESC LIMIT 200`;
    return this.sql.all(query, Date.now());
  }

  /** @throws ChatError for what is no name, and for one that another person has, or that looks like theirs */
  rename(id: string, text: string): void {
    const name = readName(text);
    const skeletons = skeletonsOf(name);
    this.#mustBeFree(name, skeletons, id);
    this.#setName(id, name, skeletons);
  }

  /** What the bot and moderators are called is theirs with other accents, spaces and signs, too. */
  #mustBeFree(name: string, skeletons: Skeletons, id: string): void {
    const taken = this.#nameLike(skeletons, id);
    if (taken?.toLowerCase() === name.toLowerCase())
      throw new ChatError("forbidden", "web.name-taken", { name: taken });
    const letters = lettersOf(skeletons);
    const isBotlike = (bot: string) => letters.skeleton.includes(bot) || letters.folded.includes(bot);
    const official = [...this.sql.all<PersonRow>(`SELECT ${COLUMNS} FROM person WHERE bot = 1`), ...this.moderators()];
    const imitated = official.find((person) => {
      const theirs = lettersOf(skeletonsOf(person.name));
      return person.id !== id && (person.bot === 1 ? isBotlike(theirs.skeleton) : alike(letters, theirs));
    });
    const other = taken ?? imitated?.name;
    if (other !== undefined) throw new ChatError("forbidden", "web.name-alike", { name: other });
  }

  /** The name of another person with such skeletons. */
  #nameLike({ skeleton, folded }: Skeletons, id: string): string | undefined {
    const query = "SELECT name FROM person WHERE id <> ?1 AND (skeleton IN (?2, ?3) OR folded IN (?2, ?3)) LIMIT 1";
    return this.sql.get<{ name: string }>(query, id, skeleton, folded)?.name;
  }

  /** People whose `@Name` stands in a text, after one of its first signs, the longest names first. */
  mentionedIn(text: string): PersonRow[] {
    const signs = [...text.matchAll(/@/g)].slice(0, MOST_SIGNS);
    if (signs.length === 0) return [];
    // What may be a name is looked up: to look for every name in the text takes long where many have visited.
    const names = new Set(
      signs.flatMap(({ index }) =>
        Array.from({ length: LONGEST_NAME }, (_, last) => text.slice(index + 1, index + 2 + last)),
      ),
    );
    const query = `SELECT ${COLUMNS} FROM person WHERE bot = 0
      AND name COLLATE NOCASE IN (SELECT value FROM json_each(?)) ORDER BY length(name) DESC LIMIT 20`;
    return this.sql.all<PersonRow>(query, JSON.stringify([...names]));
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

  /**
   * Forgets visitors who have left no message and no reaction and were not seen for 30 days, what they have read, and
   * addresses that are banned no more.
   */
  prune(): void {
    this.sql.run("DELETE FROM banned_address WHERE until <= ?", Date.now());
    const gone = `FROM person WHERE bot = 0 AND moderator = 0 AND banned = 0 AND seen < ?
      AND id NOT IN (SELECT author FROM message) AND id NOT IN (SELECT person FROM reaction)
      AND id NOT IN (SELECT private_to FROM message WHERE private_to IS NOT NULL)`;
    this.sql.write(() => {
      this.sql.run(`DELETE FROM session WHERE person IN (SELECT id ${gone})`, Date.now() - FORGOTTEN_MS);
      this.sql.run(`DELETE ${gone}`, Date.now() - FORGOTTEN_MS);
      // By who is there, not by who goes: earlier versions have left them.
      this.sql.run(`DELETE FROM read_mark WHERE person NOT IN (SELECT id FROM person)
        OR channel NOT IN (SELECT id FROM channel WHERE deleted = 0)`);
    });
  }

  /** A name like the one of a sign-in, which others may have here; of an address the part before the @. */
  #nameOf(signIn: string): string | undefined {
    const [wanted = ""] = signIn.split("@");
    for (const text of [wanted, ...Array.from({ length: 8 }, (_, index) => `${wanted} ${index + 2}`)])
      try {
        const name = readName(text);
        this.#mustBeFree(name, skeletonsOf(name), "");
        return name;
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
      }
    return undefined;
  }

  #freeName(): string {
    for (let attempt = 0; ; attempt++) {
      const pair = `${ADJECTIVES[randomInt(ADJECTIVES.length)]} ${ANIMALS[randomInt(ANIMALS.length)]}`;
      const name = attempt < 10 ? pair : `${pair} ${randomInt(2, 10_000)}`;
      if (this.#nameLike(skeletonsOf(name), "") === undefined) return name;
    }
  }
}

export function toUser(row: PersonRow): Member {
  const moderator = row.moderator === 1;
  return { id: row.id, name: row.name, moderator, moderatesAll: moderator };
}

/** Why a person may only read now, or not even that; undefined for who may do more. */
export function mutedRefusal({ muted_until, banned }: PersonRow): ChatError | undefined {
  if (banned > 0) return new ChatError("forbidden", "web.banned");
  const left = (muted_until - Date.now()) / 1000;
  return left > 0 ? new ChatError("forbidden", "web.muted", { left: duration(left) }) : undefined;
}

/** @throws ChatError "forbidden" */
export function mustNotBeMuted(user: PersonRow): void {
  const refusal = mutedRefusal(user);
  if (refusal) throw refusal;
}

/** Compares in constant time, so that answers' timing tells nothing about the code. */
export function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(createHash("sha256").update(a).digest(), createHash("sha256").update(b).digest());
}

function hash(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
