import { describe, expect, it } from "vitest";
import { MemoryJobRepository } from "../../src/queue/memory-repository.js";
import { ask } from "./queue.contract.js";
import { setup } from "./set-up.js";

describe("the journal in memory", () => {
  it("forgets the oldest finished jobs when it is full, never unfinished ones", async () => {
    const repository = new MemoryJobRepository({ jobs: 2 });
    const { queue } = setup({ repository });
    const jobs = [await queue.submit(ask("a")), await queue.submit(ask("b")), await queue.submit(ask("c"))];
    expect(await repository.unfinished()).toHaveLength(3);
    const [first, second, third] = jobs.map((job) => job.id);
    queue.cancel(second ?? "", { by: "person", name: "B" });
    const fourth = await queue.submit(ask("d"));
    const kept = await Promise.all([first, second, third, fourth.id].map((id) => repository.get(id ?? "")));
    expect(kept.map((job) => job?.id)).toEqual([first, undefined, third, fourth.id]);
  });
});
