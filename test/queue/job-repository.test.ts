import { describe, expect, it } from "vitest";
import { MemoryJobRepository } from "../../src/queue/memory-repository.js";
import { SqliteJobRepository } from "../../src/queue/sqlite-repository.js";
import { openStore } from "../../src/store/open.js";
import { folder, job, makeStore } from "../store/make.js";
import { journalContract } from "./job-repository.contract.js";

journalContract("the journal in memory", () => new MemoryJobRepository());
journalContract("the journal on disk", () => new SqliteJobRepository(makeStore().store.jobs));

describe("the journal on disk, after a restart", () => {
  it("still knows jobs, their messages and their pictures", async () => {
    const dir = folder();
    const first = openStore({ dir });
    const before = new SqliteJobRepository(first.jobs);
    const asked = job({ pictures: ["image"] });
    const final = { id: "77", channel: asked.channel };
    await before.add(asked, { image: new Uint8Array([1, 2, 3]) });
    await before.keepResult(asked.id, { bytes: new Uint8Array([4, 5]), type: "image/png" });
    await before.update(asked.id, { state: "done", finishedAt: asked.createdAt + 1, messages: { frames: [], final } });
    await first.close();

    const after = new SqliteJobRepository(makeStore({ dir }).store.jobs);
    const found = await after.ofMessage(final);
    expect(found).toMatchObject({ ...asked, state: "done", messages: { frames: [], final } });
    expect([...((await after.pictures(asked.id))?.image ?? [])]).toEqual([1, 2, 3]);
    expect([...((await after.result(asked.id))?.bytes ?? [])]).toEqual([4, 5]);
  });
});
