import type { Sql } from "./sql.js";
import type { MessageRow } from "./store.js";
import { botId } from "./users.js";

/** Messages that are looked at to count what is unread; what is beyond them is not counted. */
const MOST_UNREAD = 300;

/** Who takes part in which thread, and how far they have read there. */
export class ThreadMarks {
  constructor(private readonly sql: Sql) {}

  /**
   * Notes who takes part since a message that was just written in a thread: its author, whom it names, and who began
   * the thread. Of a private message that is the one who sees it.
   */
  join(row: MessageRow, root: MessageRow): void {
    const named = [row, root].flatMap(({ author, mentions }) => [author, ...(JSON.parse(mentions) as string[])]);
    const people = new Set(named.filter((id) => id !== botId && (row.private_to === null || row.private_to === id)));
    const join = "INSERT OR IGNORE INTO thread_mark (person, thread, message) VALUES (?, ?, ?)";
    for (const person of people) this.sql.note(join, person, root.id, row.id - 1);
    if (row.author !== botId) this.markRead(row.author, root.id, row.id);
  }

  markRead(person: string, thread: number, message: number): void {
    const query = "UPDATE thread_mark SET message = MAX(message, ?) WHERE person = ? AND thread = ?";
    this.sql.note(query, message, person, thread);
  }

  /** For whom a message of a thread is news: those who take part in it, and of the bot's those whom it names. */
  concerned(row: MessageRow): string[] {
    if (row.thread === null || (row.author === botId && row.mentions === "[]")) return [];
    const query = "SELECT person FROM thread_mark WHERE thread = ?";
    const people = this.sql.all<{ person: string }>(query, row.thread).map(({ person }) => person);
    return people.filter((person) => isNewsFor(row, person));
  }

  /** What a person has not read of the threads that they take part in, or of one of them, the newest first. */
  unread(person: string, thread?: number): MessageRow[] {
    const query = `SELECT m.* FROM thread_mark t JOIN message m ON m.thread = t.thread AND m.id > t.message
      WHERE t.person = ?1 AND t.thread = COALESCE(?2, t.thread) AND m.removed = 0 AND m.author <> ?1
      AND (m.private_to IS NULL OR m.private_to = ?1)
      AND EXISTS (SELECT 1 FROM message r JOIN channel c ON c.id = r.channel
        WHERE r.id = t.thread AND r.removed = 0 AND c.deleted = 0)
      ORDER BY m.id DESC LIMIT ${MOST_UNREAD}`;
    return this.sql.all<MessageRow>(query, person, thread ?? null).filter((row) => isNewsFor(row, person));
  }

  /** Forgets threads of which nothing is left, and people who are gone. */
  prune(): void {
    this.sql.run(`DELETE FROM thread_mark WHERE thread NOT IN (SELECT id FROM message)
      OR person NOT IN (SELECT id FROM person)`);
  }
}

function isNewsFor({ author, mentions, private_to }: MessageRow, person: string): boolean {
  if (author === person || (private_to !== null && private_to !== person)) return false;
  return author !== botId || mentions.includes(`"${person}"`);
}
