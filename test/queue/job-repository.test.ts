import { describe, expect, it } from "vitest";
import { openStore } from "../../src/store/open.js";
import { MemoryJobRepository } from "../fakes/memory-repository.js";
import { job, makeStore } from "../store/make.js";
import { newFolder } from "../support/new-folder.js";
import { repositoryContract } from "./job-repository.contract.js";

repositoryContract("jobs in memory", () => new MemoryJobRepository());
repositoryContract("jobs on disk", () => makeStore().store.jobs);

describe("jobs on disk, after a restart", () => {
  it("are known with their messages and their images", async () => {
    const dir = newFolder();
    const first = openStore({ dir });
    const before = first.jobs;
    const asked = job({ pictures: ["image"] });
    const final = { id: "77", channel: asked.channel };
    await before.add(asked, { image: new Uint8Array([1, 2, 3]) });
    await before.keepResult(asked.id, { bytes: new Uint8Array([4, 5]), type: "image/png" });
    before.update(asked.id, { state: "done", finishedAt: asked.createdAt + 1, messages: { frames: [], final } });
    await first.close();

    const after = makeStore({ dir }).store.jobs;
    const found = after.ofMessage(final);
    expect(found).toMatchObject({ ...asked, state: "done", messages: { frames: [], final } });
    expect([...((await after.pictures(asked.id))?.image ?? [])]).toEqual([1, 2, 3]);
    expect([...((await after.result(asked.id))?.bytes ?? [])]).toEqual([4, 5]);
  });
});
