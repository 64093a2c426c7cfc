/** Finds messages and people in the chat's own file, as far as a viewer may see them. */
import { wordsOf } from "../../shared/text.js";
import type { Sql } from "./sql.js";
import type { MessageRow, PersonRow } from "./store.js";

const MOST_MESSAGES = 30;
const MOST_PEOPLE = 6;
const MOST_WORDS = 8;
const EXCERPT_WORDS = 24;

/** Messages are looked for that have all these words, or words that begin so, of one person or of all. */
interface Wanted {
  readonly words: readonly string[];
  readonly author?: string | undefined;
}

export interface FoundRow extends MessageRow {
  readonly excerpt: string;
}

/** The words that are looked for, as in the index. */
export function soughtIn(typed: string): string[] {
  return wordsOf(typed).slice(0, MOST_WORDS);
}

export class MessageSearch {
  constructor(private readonly sql: Sql) {}

  /** The newest first. */
  messages({ words, author }: Wanted, viewer: string): FoundRow[] {
    const conditions = [
      "m.removed = 0 AND (m.private_to IS NULL OR m.private_to = ?)",
      // In a thread that can be opened.
      `(m.thread IS NULL OR EXISTS (SELECT 1 FROM message root WHERE root.id = m.thread AND root.removed = 0
        AND (root.private_to IS NULL OR root.private_to = ?)))`,
      "EXISTS (SELECT 1 FROM channel c WHERE c.id = m.channel AND c.deleted = 0)",
      ...(author === undefined ? [] : ["m.author = ?"]),
    ];
    const values = [viewer, viewer, ...(author === undefined ? [] : [author])];
    if (words.length === 0) {
      const all = `SELECT m.*, '' AS excerpt FROM message m WHERE ${conditions.join(" AND ")}`;
      return this.sql.all(`${all} ORDER BY m.id DESC LIMIT ?`, ...values, MOST_MESSAGES);
    }
    const query = `SELECT m.*, snippet(message_word, 0, '', '', '…', ${EXCERPT_WORDS}) AS excerpt
      FROM message_word JOIN message m ON m.id = message_word.rowid
      WHERE message_word MATCH ? AND ${conditions.join(" AND ")} ORDER BY message_word.rowid DESC LIMIT ?`;
    const match = words.map((word) => `"${word}"*`).join(" ");
    return this.sql.all(query, match, ...values, MOST_MESSAGES);
  }

  /** People who have said something to all, by a part of their names. Those who only read are not among them. */
  people(typed: string): PersonRow[] {
    const query = `SELECT id, name, bot, moderator, muted_until, banned FROM person p
      WHERE bot = 0 AND instr(lower(name), lower(?)) > 0 AND EXISTS
      (SELECT 1 FROM message WHERE author = p.id AND removed = 0 AND private_to IS NULL) ORDER BY seen DESC LIMIT ?`;
    return this.sql.all(query, typed, MOST_PEOPLE);
  }
}
