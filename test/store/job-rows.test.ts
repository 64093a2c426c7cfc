import { join } from "node:path";
import Libsql from "libsql";
import { describe, expect, it } from "vitest";
import { art, job, makeStore, message } from "./make.js";

/** The column `messages` as every version of the program writes it: `place` and `channel` are names on disk. */
const place = { platform: "fake", community: "club", channel: "art" };
const thread = { ...place, thread: "t" };
const WRITTEN = {
  announcement: { place, id: "1" },
  thread,
  progress: { place: thread, id: "2" },
  frames: [{ place: thread, id: "3" }],
  final: { place: thread, id: "4" },
};

const inThread = { ...art, thread: "t" };
const MESSAGES = {
  announcement: message("1"),
  thread: inThread,
  progress: message("2", inThread),
  frames: [message("3", inThread)],
  final: message("4", inThread),
};

describe("a job's row", () => {
  it("whose JSON a disk has damaged is refused in a sentence that names the file", async () => {
    const { store, dir } = makeStore();
    const { id } = job();
    await store.jobs.add(job({ id }), {});
    const path = join(dir, "dreamloom.sqlite");
    const client = new Libsql(path);
    client.prepare("UPDATE job SET messages = replace(messages, 'frames', 'grames') WHERE id = ?").run(id);
    client.close();
    expect(() => store.jobs.get(id)).toThrow(`The database ${path} is damaged`);
  });

  it("of an earlier version is read", async () => {
    const { store, dir } = makeStore();
    const { id } = job();
    await store.jobs.add(job({ id }), {});
    await store.close();
    const client = new Libsql(join(dir, "dreamloom.sqlite"));
    client
      .prepare("UPDATE job SET messages = ?, work = 12.5, pace = 'dream resnet50', owed = 1 WHERE id = ?")
      .run(JSON.stringify(WRITTEN), id);
    client.close();
    const { store: later } = makeStore({ dir });
    const read = later.jobs.get(id);
    expect(read).toMatchObject({ channel: art, messages: MESSAGES });
    expect(read).toMatchObject({ cost: 12.5, costKey: "dream resnet50", unnotified: true });
  });

  it("keeps the names that it has on disk", async () => {
    const { store, dir } = makeStore();
    const added = job({ channel: inThread, cost: 3, costKey: "dream vgg16", messages: MESSAGES });
    await store.jobs.add(added, {});
    const changed = job();
    await store.jobs.add(changed, {});
    store.jobs.update(changed.id, { messages: MESSAGES, unnotified: true });
    await store.close();
    const client = new Libsql(join(dir, "dreamloom.sqlite"));
    const read = (id: string) => client.prepare("SELECT * FROM job WHERE id = ?").get(id) as Record<string, unknown>;
    const row = read(added.id);
    expect(row).toMatchObject({
      ...thread,
      author_id: "ann",
      author_name: "Ann",
      work: 3,
      pace: "dream vgg16",
      owed: 0,
    });
    expect(JSON.parse(String(row.messages))).toEqual(WRITTEN);
    expect(JSON.parse(String(read(changed.id).messages))).toEqual(WRITTEN);
    expect(read(changed.id).owed).toBe(1);
    client.close();
  });

  it("has the recipe's version, which older rows do not have", async () => {
    const { store, dir } = makeStore();
    const [first, second] = [job({ params: { size: 8 } }), job({ params: { size: 8 }, version: 2 })];
    await store.jobs.add(first, {});
    await store.jobs.add(second, {});
    await store.close();
    const { store: later } = makeStore({ dir });
    expect(later.jobs.get(first.id)).not.toHaveProperty("version");
    expect(later.jobs.get(second.id)).toMatchObject({ version: 2 });
    for (const { id } of [first, second]) expect(later.jobs.get(id)?.params).toEqual({ size: 8 });
  });
});
