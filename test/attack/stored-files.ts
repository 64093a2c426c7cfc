/** The program's database files with rows in them, and what is read of those. */
import { join } from "node:path";
import { Sql } from "../../src/bots/web/sql.js";
import { ChatStore } from "../../src/bots/web/store.js";
import { Users } from "../../src/bots/web/users.js";
import type { Job } from "../../src/domain/model.js";
import { ChatError } from "../../src/port/chat-error.js";
import { openStore } from "../../src/store/open.js";

const ROWS = 200;
const TEXT = "Woven on a loom of dreams, thread by thread. ";

export interface StoredFile {
  readonly name: string;
  /** Keeps rows in a folder. */
  write(folder: string): Promise<void>;
  /** All rows, as text by their names. */
  read(folder: string): Promise<ReadonlyMap<string, string>>;
}

const chatFile: StoredFile = {
  name: "web-chat.sqlite",
  async write(folder) {
    const sql = new Sql(join(folder, this.name));
    const [store, users] = [new ChatStore(sql), new Users(sql)];
    store.addChannel("art", "");
    const { user } = users.create(false, "");
    for (let n = 0; n < ROWS; n++) {
      const text = `${n} ${TEXT.repeat(n % 40)}`;
      const row = store.insert({ channel: "art", author: user.id, text, pictures: [], buttons: [], mentions: [user] });
      if (n % 5 === 0) store.setReaction(row.id, "❤️", user.id, true);
    }
    sql.close();
  },
  async read(folder) {
    const sql = new Sql(join(folder, this.name));
    try {
      const store = new ChatStore(sql);
      // Those too that are marked as removed: a mark that flips is told of no more than a letter.
      const page = store.changedSince(0, "", 10 * ROWS);
      const rows = page.map(({ id, ...row }) => [String(id), JSON.stringify([row, store.reactions(id)])] as const);
      for (const { mentions, buttons, pictures } of page)
        for (const text of [mentions, buttons, pictures]) JSON.parse(text);
      return new Map(rows);
    } finally {
      closed(() => sql.close());
    }
  },
};

const jobFile: StoredFile = {
  name: "dreamloom.sqlite",
  async write(folder) {
    const store = openStore({ dir: folder });
    for (let n = 0; n < ROWS; n++) await store.jobs.add(jobOf(n), {});
    await store.close();
  },
  async read(folder) {
    const store = openStore({ dir: folder, busyMs: 50 });
    try {
      const jobs = Array.from({ length: ROWS }, (_, n) => store.jobs.get(jobOf(n).id));
      return new Map(jobs.flatMap((job) => (job ? [[job.id, JSON.stringify(job)] as const] : [])));
    } finally {
      await store.close().catch(() => undefined);
    }
  },
};

/** What was found is what counts; a damaged file may not be closed well. */
function closed(close: () => void): void {
  try {
    close();
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
  }
}

function jobOf(n: number): Job {
  return {
    id: `JOB${String(n).padStart(5, "0")}`,
    channel: { platform: "web", community: "local", id: "art" },
    author: { id: "ann", name: "Ann" },
    recipe: "dream",
    params: { size: 512, seed: n, layers: TEXT.repeat(n % 20) },
    pictures: [],
    cost: 1,
    costKey: "dream",
    priority: 0,
    state: n % 3 === 0 ? "waiting" : "done",
    attempts: 0,
    createdAt: 1_700_000_000_000 + n,
    messages: { frames: [] },
  };
}

export const STORED_FILES: readonly StoredFile[] = [chatFile, jobFile];
