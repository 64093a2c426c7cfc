import { pino } from "pino";
import { describe, expect, it } from "vitest";
import type { JobChange } from "../../src/domain/model.js";
import type { JobPicture } from "../../src/queue/job-repository.js";
import { WriteBuffer } from "../../src/queue/write-buffer.js";
import { StoreError } from "../../src/shared/store-error.js";
import { MemoryJobRepository } from "../fakes/memory-repository.js";

/** A repository on a disk that can be filled. */
function setup(retryMs?: number) {
  const repository = new MemoryJobRepository();
  const written: [string, JobChange | number][] = [];
  let trouble: Error | undefined;
  repository.update = async (id, change) => {
    if (trouble) throw trouble;
    written.push([id, change]);
  };
  repository.keepResult = async (id, picture) => {
    if (trouble) throw trouble;
    written.push([id, picture.bytes.byteLength]);
  };
  const buffer = new WriteBuffer(repository, pino({ level: "silent" }), retryMs);
  const disk = (error?: Error) => {
    trouble = error;
  };
  return { buffer, repository, written, disk };
}

const full = new StoreError("full", { message: "There is no space left." });
const picture = (megabytes: number): JobPicture => ({ bytes: new Uint8Array(megabytes * 1e6), type: "image/png" });

describe("what a disk has refused", () => {
  it("is written when it takes something again, pictures first, and what came later wins", async () => {
    const { buffer, written, disk } = setup();
    disk(full);
    await expect(buffer.update("A", { state: "running", attempts: 1 })).rejects.toBe(full);
    await expect(buffer.update("A", { state: "done" })).rejects.toBe(full);
    await expect(buffer.keepResult("A", picture(1))).rejects.toBe(full);
    await buffer.settle();
    expect(written).toEqual([]);
    disk();
    // A change that comes by itself takes with it what is owed of the same job.
    await buffer.update("A", { unnotified: false });
    await buffer.settle();
    expect(written).toEqual([
      ["A", 1e6],
      ["A", { state: "done", attempts: 1, unnotified: false }],
    ]);
    await buffer.settle();
    expect(written).toHaveLength(2);
  });

  it("does not come over what was changed while it was being refused", async () => {
    const { buffer, written, disk } = setup();
    disk(full);
    const started = buffer.update("A", { state: "running", attempts: 2 });
    const ended = buffer.update("A", { state: "cancelled" });
    await expect(started).rejects.toBe(full);
    await expect(ended).rejects.toBe(full);
    disk();
    await buffer.settle();
    expect(written).toEqual([["A", { state: "cancelled", attempts: 2 }]]);
  });

  it("is tried again by itself", async () => {
    const { buffer, written, disk } = setup(5);
    disk(full);
    await expect(buffer.update("A", { state: "done" })).rejects.toBe(full);
    disk();
    await expect.poll(() => written).toEqual([["A", { state: "done" }]]);
  });

  it("does not keep others waiting where a result can never be written", async () => {
    const { buffer, repository, written, disk } = setup();
    disk(full);
    for (const id of ["A", "B"]) {
      await expect(buffer.keepResult(id, picture(1))).rejects.toBe(full);
      await expect(buffer.update(id, { state: "done" })).rejects.toBe(full);
    }
    disk();
    const { keepResult } = repository;
    repository.keepResult = async (id, kept) => {
      if (id === "A") throw new Error("there is no such job");
      await keepResult(id, kept);
    };
    await buffer.settle();
    expect(written).toEqual([
      ["B", 1e6],
      ["A", { state: "done" }],
      ["B", { state: "done" }],
    ]);
  });

  it("is forgotten where waiting would not help, and beyond 64 MB of pictures", async () => {
    const { buffer, written, disk } = setup();
    const broken = new Error("a mistake");
    disk(broken);
    await expect(buffer.update("A", { state: "done" })).rejects.toBe(broken);
    disk(full);
    for (const [id, megabytes] of [["B", 40] as const, ["C", 40] as const, ["D", 24] as const]) {
      await expect(buffer.keepResult(id, picture(megabytes))).rejects.toBe(full);
    }
    disk();
    await buffer.settle();
    expect(written).toEqual([
      ["B", 40e6],
      ["D", 24e6],
    ]);
  });
});
