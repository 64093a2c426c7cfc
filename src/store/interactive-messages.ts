import { and, asc, eq, isNotNull, lt, type SQL, sql } from "drizzle-orm";
import type { MessageRef } from "../domain/message.js";
import type { User, UserKey } from "../domain/user.js";
import type { Database } from "./database.js";
import { channelOf } from "./job-rows.js";
import { boardTable, voteTable } from "./schema.js";

/** A message that waits for people's choices: a palette, a vote. */
export interface InteractiveMessage {
  readonly message: MessageRef;
  /** What it is, for instance "palette"; what `payload` holds depends on it. */
  readonly kind: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly author: User;
  /** Milliseconds since the epoch, like the next. */
  readonly createdAt: number;
  /** When it is over by itself. */
  readonly expiresAt?: number;
}

export type NewInteractiveMessage = Omit<InteractiveMessage, "createdAt">;

export interface Vote {
  readonly user: string;
  readonly choice: string;
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
    const { platform, community, id: channel, thread } = message.channel;
    const change = { kind, payload, authorId: author.id, authorName: author.name, expiresAt: expiresAt ?? null };
    const row = {
      platform,
      community,
      channel,
      thread: thread ?? null,
      message: message.id,
      createdAt: this.now(),
      ...change,
    };
    const target = [boardTable.platform, boardTable.community, boardTable.channel, boardTable.message];
    this.database.write(() =>
      this.database.orm.insert(boardTable).values(row).onConflictDoUpdate({ target, set: change }).run(),
    );
  }

  /** The interactive message that a message is. The thread that the message is in does not matter. */
  get(message: MessageRef): InteractiveMessage | undefined {
    return this.#read(sameMessage(message))[0];
  }

  /** Takes back all votes on an interactive message, which stays. Returns whether there were any, so that of two callers one alone acts on them. */
  clear(message: MessageRef): boolean {
    return this.database.write(() => {
      const board = this.#id(message);
      return (
        board !== undefined && this.database.orm.delete(voteTable).where(eq(voteTable.board, board)).run().changes > 0
      );
    });
  }

  /** Removes an interactive message with its votes. Returns whether there was one, so that of two callers one alone acts on it. */
  remove(message: MessageRef): boolean {
    return this.database.write(
      () => this.database.orm.delete(boardTable).where(sameMessage(message)).run().changes > 0,
    );
  }

  /** Interactive messages that are over before `time`, the earliest first. */
  expiring(time: number): InteractiveMessage[] {
    return this.#read(and(isNotNull(boardTable.expiresAt), lt(boardTable.expiresAt, time)));
  }

  /** All interactive messages of a kind, the earliest to end first. */
  list(kind: string): InteractiveMessage[] {
    return this.#read(eq(boardTable.kind, kind));
  }

  /** Interactive messages that a person has opened. */
  of({ platform, user }: UserKey): InteractiveMessage[] {
    return this.#read(and(eq(boardTable.platform, platform), eq(boardTable.authorId, user)));
  }

  /** Adds or takes back one person's choice. Returns whether anything changed; nothing does where there is no such message. */
  vote(message: MessageRef, { user, choice }: Vote, on: boolean): boolean {
    const { orm } = this.database;
    return this.database.write(() => {
      const board = this.#id(message);
      if (board === undefined) return false;
      const { platform } = message.channel;
      const { changes } = on
        ? orm
            .insert(voteTable)
            .values({ board, platform, person: user, choice, at: this.now() })
            .onConflictDoNothing()
            .run()
        : orm
            .delete(voteTable)
            .where(and(eq(voteTable.board, board), eq(voteTable.person, user), eq(voteTable.choice, choice)))
            .run();
      return changes > 0;
    });
  }

  /** Every choice on an interactive message, in the order in which they were made. */
  votes(message: MessageRef): Vote[] {
    const board = this.#id(message);
    if (board === undefined) return [];
    const { person, choice, at } = voteTable;
    return this.database.orm
      .select({ user: person, choice })
      .from(voteTable)
      .where(eq(voteTable.board, board))
      .orderBy(asc(at), sql`rowid`)
      .all();
  }

  /** A person's choices on all interactive messages of a platform. */
  votesOf({ platform, user }: UserKey): { readonly message: MessageRef; readonly choice: string }[] {
    const rows = this.database.orm
      .select({ board: boardTable, choice: voteTable.choice })
      .from(voteTable)
      .innerJoin(boardTable, eq(boardTable.id, voteTable.board))
      .where(and(eq(voteTable.platform, platform), eq(voteTable.person, user)))
      .all();
    return rows.map(({ board, choice }) => ({ message: { channel: channelOf(board), id: board.message }, choice }));
  }

  /** Removes a person's choices and the interactive messages that the person has opened. */
  removeOf({ platform, user }: UserKey): { readonly boards: number; readonly votes: number } {
    const { orm } = this.database;
    return this.database.write(() => ({
      votes: orm
        .delete(voteTable)
        .where(and(eq(voteTable.platform, platform), eq(voteTable.person, user)))
        .run().changes,
      boards: orm
        .delete(boardTable)
        .where(and(eq(boardTable.platform, platform), eq(boardTable.authorId, user)))
        .run().changes,
    }));
  }

  /** Removes interactive messages that were over before `time`, or, where they never are, opened before it. Returns how many. */
  removeOlder(time: number): number {
    const over = sql`coalesce(${boardTable.expiresAt}, ${boardTable.createdAt}) < ${time}`;
    return this.database.write(() => this.database.orm.delete(boardTable).where(over).run().changes);
  }

  #id(message: MessageRef): number | undefined {
    return this.database.orm.select({ id: boardTable.id }).from(boardTable).where(sameMessage(message)).get()?.id;
  }

  #read(where: SQL | undefined): InteractiveMessage[] {
    const rows = this.database.orm
      .select()
      .from(boardTable)
      .where(where)
      .orderBy(asc(boardTable.expiresAt), asc(boardTable.id))
      .all();
    return rows.map((row) => ({
      message: { channel: channelOf(row), id: row.message },
      ...{
        kind: row.kind,
        payload: row.payload as InteractiveMessage["payload"],
        author: { id: row.authorId, name: row.authorName },
      },
      createdAt: row.createdAt,
      ...(row.expiresAt === null ? {} : { expiresAt: row.expiresAt }),
    }));
  }
}

function sameMessage({ channel, id }: MessageRef): SQL | undefined {
  return and(
    eq(boardTable.platform, channel.platform),
    eq(boardTable.community, channel.community),
    eq(boardTable.channel, channel.id),
    eq(boardTable.message, id),
  );
}
