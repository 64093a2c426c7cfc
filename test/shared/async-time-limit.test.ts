import { setTimeout as delay } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { abortable, timeLimit } from "../../src/shared/async.js";

const never = new Promise<never>(() => undefined);

it("comes also where only a combination listens to it, and memory is collected meanwhile", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const closing = new AbortController();
  let ended = 0;
  for (let count = 0; count < 20; count++) {
    abortable(never, AbortSignal.any([timeLimit(200), closing.signal])).catch(() => ended++);
  }
  for (let count = 0; count < 3; count++) {
    await delay(20);
    collect();
  }
  await expect.poll(() => ended).toBe(20);
});

it("has a time-out for its reason", async () => {
  await expect(abortable(never, timeLimit(10))).rejects.toMatchObject({ name: "TimeoutError" });
});
