/** One job's row, read without taking the data folder: also while a program runs there. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { openSqlite } from "../shared/native.js";
import { storeError } from "../shared/store-error.js";

/** What an operator may want to know of a job. Times are milliseconds since the epoch. */
export interface JobRecord {
  readonly id: string;
  readonly platform: string;
  readonly community: string;
  readonly channel: string;
  readonly authorId: string;
  readonly authorName: string;
  readonly recipe: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly roles: readonly string[];
  readonly state: string;
  readonly attempts: number;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** Why it failed, as people were told. */
  readonly failure: string | undefined;
  /** Its result's file, where it is kept. */
  readonly picture: string | undefined;
  /** It has ended, and that has not been said in the chat yet. */
  readonly owed: boolean;
}

const QUERY = `SELECT id, platform, community, channel, author_id AS authorId, author_name AS authorName, recipe,
  params, roles, state, attempts, created_at AS createdAt, started_at AS startedAt, finished_at AS finishedAt,
  failure, picture,
  owed FROM job WHERE id = ?`;

/**
 * @param dir the data folder
 * @returns undefined where there is no such job
 * @throws StoreError when the database cannot be read
 */
export function readJobRecord(dir: string, id: string): JobRecord | undefined {
  const path = join(dir, "dreamloom.sqlite");
  if (!existsSync(path)) return undefined;
  try {
    const database = openSqlite(path, { readonly: true });
    try {
      const row = database.prepare(QUERY).get(id) as Readonly<Record<string, unknown>> | undefined;
      return row && recordOf(row, dir);
    } finally {
      database.close();
    }
  } catch (error) {
    throw storeError(error, path);
  }
}

function recordOf(row: Readonly<Record<string, unknown>>, dir: string): JobRecord {
  const { params, roles, failure, picture, owed, ...rest } = row;
  const told = typeof failure === "string" ? (JSON.parse(failure) as { readonly message?: string }) : undefined;
  const file = typeof picture === "string" ? join(dir, "images", picture.slice(0, 2), picture) : undefined;
  return {
    ...(rest as Omit<JobRecord, "params" | "roles" | "failure" | "picture" | "owed">),
    params: JSON.parse(String(params)) as JobRecord["params"],
    roles: JSON.parse(String(roles)) as JobRecord["roles"],
    failure: told?.message,
    picture: file !== undefined && existsSync(file) ? file : undefined,
    owed: owed === 1,
  };
}
