import { asc, eq, type SQL, sql } from "drizzle-orm";
import type { MessageRef, User, UserKey } from "../domain/model.js";
import { type Database, matching } from "./database.js";
import { channelOf, present } from "./job-rows.js";
import { boardTable, voteTable } from "./schema.js";

/** A message that waits for reactions: a palette, a vote. */
export interface InteractiveMessage {
  readonly message: MessageRef;
  /** What it is, for instance "palette"; what `payload` holds depends on it. */
  readonly kind: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly author: User;
  /** Milliseconds since the epoch, like the next. */
  readonly createdAt: number;
  /** When it ends by itself. */
  readonly expiresAt?: number;
}

export type NewInteractiveMessage = Omit<InteractiveMessage, "createdAt">;

export interface Vote {
  readonly user: string;
  readonly choice: string;
  /** The user's when they chose, as far as it was known. */
  readonly roles?: readonly string[] | undefined;
}

/** A user's choice, and on which interactive message. */
export interface VoteOf extends Omit<Vote, "user"> {
  readonly message: MessageRef;
}

/** Palettes and votes, so that they live through a restart. */
export class InteractiveMessages {
  constructor(
    private readonly database: Database,
    private readonly now: () => number,
  ) {}

  /** Keeps an interactive message, in place of the one on the same message, if any, whose votes stay. */
  put(interactive: NewInteractiveMessage): void {
    const { message, kind, payload, author, expiresAt } = interactive;
    const set = { kind, payload, authorId: author.id, authorName: author.name, expiresAt: expiresAt ?? null };
    const row = { ...key(message), thread: message.channel.thread ?? null, createdAt: this.now(), ...set };
    const target = [boardTable.platform, boardTable.community, boardTable.channel, boardTable.message];
    const { orm } = this.database;
    this.database.write(() => orm.insert(boardTable).values(row).onConflictDoUpdate({ target, set }).run());
  }

  /** The interactive message that a message is. The thread that the message is in does not matter. */
  get(message: MessageRef): InteractiveMessage | undefined {
    return this.#read(matching(boardTable, key(message)))[0];
  }

  /**
   * Removes an interactive message with its votes. Returns whether there was one: of two callers one alone acts on it.
   */
  remove(message: MessageRef): boolean {
    const where = matching(boardTable, key(message));
    return this.database.write(() => this.database.orm.delete(boardTable).where(where).run().changes > 0);
  }

  /** All interactive messages of a kind, the earliest to end first. */
  list(kind: string): InteractiveMessage[] {
    return this.#read(eq(boardTable.kind, kind));
  }

  /** Interactive messages that a user has opened. */
  of({ platform, user }: UserKey): InteractiveMessage[] {
    return this.#read(matching(boardTable, { platform, authorId: user }));
  }

  /**
   * Adds or removes one user's choice. Returns whether anything changed; nothing does where there is no such message.
   */
  vote(message: MessageRef, { user: person, choice, roles }: Vote, on: boolean): boolean {
    const { orm } = this.database;
    return this.database.write(() => {
      const board = this.#id(message);
      if (board === undefined) return false;
      const { platform } = message.channel;
      const row = { board, platform, person, choice, at: this.now(), roles: roles ?? null };
      const { changes } = on
        ? orm.insert(voteTable).values(row).onConflictDoNothing().run()
        : orm.delete(voteTable).where(matching(voteTable, { board, person, choice })).run();
      return changes > 0;
    });
  }

  /** Every choice on an interactive message, in the order in which they were made. */
  votes(message: MessageRef): Vote[] {
    const board = this.#id(message);
    if (board === undefined) return [];
    const { person, choice, at, roles } = voteTable;
    const rows = this.database.orm
      .select({ user: person, choice, roles })
      .from(voteTable)
      .where(eq(voteTable.board, board))
      .orderBy(asc(at), sql`rowid`)
      .all();
    return rows.map(({ user, choice: chosen, roles: held }) => ({ user, choice: chosen, ...present({ roles: held }) }));
  }

  /** A user's choices on all interactive messages of a platform. */
  votesOf({ platform, user }: UserKey): VoteOf[] {
    const rows = this.database.orm
      .select({ board: boardTable, choice: voteTable.choice, roles: voteTable.roles })
      .from(voteTable)
      .innerJoin(boardTable, eq(boardTable.id, voteTable.board))
      .where(matching(voteTable, { platform, person: user }))
      .all();
    return rows.map(({ board, choice, roles }) => {
      const message = { channel: channelOf(board), id: board.message };
      return { message, choice, ...present({ roles }) };
    });
  }

  /** Removes a user's choices and the interactive messages that the user has opened. */
  removeOf({ platform, user }: UserKey): { readonly boards: number; readonly votes: number } {
    const { orm } = this.database;
    const votes = matching(voteTable, { platform, person: user });
    const boards = matching(boardTable, { platform, authorId: user });
    return this.database.write(() => ({
      votes: orm.delete(voteTable).where(votes).run().changes,
      boards: orm.delete(boardTable).where(boards).run().changes,
    }));
  }

  /**
   * Removes interactive messages that ended before `time`, or, where they never end, began before it. Returns how many.
   */
  removeOlder(time: number): number {
    const over = sql`coalesce(${boardTable.expiresAt}, ${boardTable.createdAt}) < ${time}`;
    return this.database.write(() => this.database.orm.delete(boardTable).where(over).run().changes);
  }

  #id(message: MessageRef): number | undefined {
    const where = matching(boardTable, key(message));
    return this.database.orm.select({ id: boardTable.id }).from(boardTable).where(where).get()?.id;
  }

  #read(where: SQL | undefined): InteractiveMessage[] {
    const rows = this.database.orm
      .select()
      .from(boardTable)
      .where(where)
      .orderBy(asc(boardTable.expiresAt), asc(boardTable.id))
      .all();
    return rows.map(({ kind, payload, createdAt, expiresAt, ...row }) => ({
      message: { channel: channelOf(row), id: row.message },
      kind,
      payload,
      author: { id: row.authorId, name: row.authorName },
      createdAt,
      ...present({ expiresAt }),
    }));
  }
}

function key({ channel: { platform, community, id: channel }, id: message }: MessageRef) {
  return { platform, community, channel, message };
}
