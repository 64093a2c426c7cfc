import { pino } from "pino";
import { describe, expect, it } from "vitest";
import type { JobChange } from "../../src/queue/job.js";
import type { JobPicture } from "../../src/queue/job-repository.js";
import { MemoryJournal } from "../../src/queue/memory-repository.js";
import { Arrears } from "../../src/queue/write-buffer.js";
import { StoreError } from "../../src/store/errors.js";

/** A journal on a disk that can be filled. */
function setup(againMs?: number) {
  const journal = new MemoryJournal();
  const written: [string, JobChange | number][] = [];
  let trouble: Error | undefined;
  journal.update = async (id, change) => {
    if (trouble) throw trouble;
    written.push([id, change]);
  };
  journal.keepResult = async (id, picture) => {
    if (trouble) throw trouble;
    written.push([id, picture.bytes.byteLength]);
  };
  const arrears = new Arrears(journal, pino({ level: "silent" }), againMs);
  const disk = (error?: Error) => {
    trouble = error;
  };
  return { arrears, written, disk };
}

const full = new StoreError("full", "There is no space left.");
const picture = (megabytes: number): JobPicture => ({ bytes: new Uint8Array(megabytes * 1e6), type: "image/png" });

describe("what a disk has not taken", () => {
  it("is written when it takes something again, pictures first, and what came later wins", async () => {
    const { arrears, written, disk } = setup();
    disk(full);
    await expect(arrears.update("A", { state: "running", attempts: 1 })).rejects.toBe(full);
    await expect(arrears.update("A", { state: "done" })).rejects.toBe(full);
    await expect(arrears.keepResult("A", picture(1))).rejects.toBe(full);
    await arrears.settle();
    expect(written).toEqual([]);
    disk();
    // A change that comes by itself takes with it what is owed of the same job.
    await arrears.update("A", { owed: false });
    await arrears.settle();
    expect(written).toEqual([
      ["A", { state: "done", attempts: 1, owed: false }],
      ["A", 1e6],
    ]);
    await arrears.settle();
    expect(written).toHaveLength(2);
  });

  it("is tried again by itself", async () => {
    const { arrears, written, disk } = setup(5);
    disk(full);
    await expect(arrears.update("A", { state: "done" })).rejects.toBe(full);
    disk();
    await expect.poll(() => written).toEqual([["A", { state: "done" }]]);
  });

  it("is forgotten where waiting would not help, and beyond 64 MB of pictures", async () => {
    const { arrears, written, disk } = setup();
    const broken = new Error("a mistake");
    disk(broken);
    await expect(arrears.update("A", { state: "done" })).rejects.toBe(broken);
    disk(full);
    for (const [id, megabytes] of [["B", 40] as const, ["C", 40] as const, ["D", 24] as const]) {
      await expect(arrears.keepResult(id, picture(megabytes))).rejects.toBe(full);
    }
    disk();
    await arrears.settle();
    expect(written).toEqual([
      ["B", 40e6],
      ["D", 24e6],
    ]);
  });
});
