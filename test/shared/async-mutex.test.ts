import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Mutex } from "../../src/shared/async.js";

describe("a mutex", () => {
  it("has one holder at a time, in order; one that gives up lets the next one in", async () => {
    const mutex = new Mutex();
    const order: string[] = [];
    const never = new AbortController().signal;
    const impatient = new AbortController();
    const release = await mutex.acquire(never);
    const second = mutex.acquire(impatient.signal).then(
      () => order.push("second"),
      (reason: Error) => order.push(reason.message),
    );
    const third = mutex.acquire(never).then((releaseThird) => {
      order.push("third");
      releaseThird();
    });
    await turn();
    expect(order).toEqual([]);
    impatient.abort(new Error("enough"));
    await second;
    expect(order).toEqual(["enough"]);
    release();
    release();
    await third;
    expect(order).toEqual(["enough", "third"]);
    await expect(mutex.acquire(impatient.signal)).rejects.toThrow("enough");
    (await mutex.acquire(never))();
  });
});
