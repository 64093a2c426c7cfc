import { describe, expect, it } from "vitest";
import { WorkerMemory } from "../../../src/queue/cluster/worker-memory.js";
import { MemoryBudget } from "../../../src/shared/memory-budget.js";

const never = new AbortController().signal;

/** Who has come in so far; each name is noted as it does. */
function door(megabytes: number | undefined) {
  const memory = new WorkerMemory(new MemoryBudget(megabytes));
  const inside: string[] = [];
  const enter = async (name: string, needs: number | undefined, signal = never) => {
    const entered = await memory.enter(needs, signal);
    inside.push(name);
    return entered;
  };
  return { enter, inside };
}

/** All that can happen without anybody's doing has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("a worker's memory", () => {
  it("lets in what fits side by side, and the next one when somebody has left", async () => {
    const { enter, inside } = door(100);
    const first = await enter("first", 60);
    await enter("second", 40);
    const third = enter("third", 50);
    await settled();
    expect(inside).toEqual(["first", "second"]);
    first.leave();
    await third;
    expect(inside).toEqual(["first", "second", "third"]);
  });

  it("lets no job overtake a large one that waits", async () => {
    const { enter, inside } = door(100);
    const first = await enter("first", 60);
    const large = enter("large", 90);
    const small = enter("small", 10);
    await settled();
    expect(inside).toEqual(["first"]);
    first.leave();
    await Promise.all([large, small]);
    expect(inside).toEqual(["first", "large", "small"]);
  });

  it("lets one alone in whatever it takes, and one of which nothing is known only alone", async () => {
    const { enter, inside } = door(100);
    const huge = await enter("huge", 900);
    const unknown = enter("unknown", undefined);
    await settled();
    expect(inside).toEqual(["huge"]);
    huge.leave();
    await unknown;
    const small = enter("small", 1);
    await settled();
    expect(inside).toEqual(["huge", "unknown"]);
    (await unknown).leave();
    await small;
  });

  it("drops one that is stopped while it waits, at once, and keeps the others' order", async () => {
    const { enter, inside } = door(100);
    const first = await enter("first", 100);
    const stop = new AbortController();
    const second = enter("second", 100, stop.signal);
    const third = enter("third", 100);
    const fourth = enter("fourth", 100);
    await settled();
    stop.abort(new Error("no more"));
    await expect(second).rejects.toThrow("no more");
    await settled();
    expect(inside).toEqual(["first"]);
    first.leave();
    (await third).leave();
    await fourth;
    expect(inside).toEqual(["first", "third", "fourth"]);
  });

  it("has no bound where none is given", async () => {
    const { enter, inside } = door(undefined);
    await Promise.all([enter("a", 1e9), enter("b", 1e9), enter("c", undefined)]);
    expect(inside).toHaveLength(3);
  });
});
