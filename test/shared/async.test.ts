import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { abortable, withTimeout } from "../../src/shared/async.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = new Promise<never>(() => undefined);

test("settles like work that is in time, and leaves no timer behind", async () => {
  expect(await withTimeout(Promise.resolve(1), 100, () => 2)).toBe(1);
  await expect(withTimeout(Promise.reject(new Error("no")), 100, () => 2)).rejects.toThrow("no");
  await vi.advanceTimersByTimeAsync(0);
  expect(vi.getTimerCount()).toBe(0);
});

test("after the time-out returns or throws what it is told to", async () => {
  const [value, failure] = [
    withTimeout(never, 100, () => "late"),
    withTimeout(never, 100, () => {
      throw new Error("too late");
    }).catch(String),
  ];
  await vi.advanceTimersByTimeAsync(100);
  expect(await value).toBe("late");
  expect(await failure).toBe("Error: too late");
});

test("an abort ends the wait with the signal's reason", async () => {
  const abort = new AbortController();
  const waiting = abortable(never, abort.signal).catch(String);
  abort.abort(new Error("enough"));
  expect(await waiting).toBe("Error: enough");
  await expect(abortable(Promise.resolve(1), abort.signal)).rejects.toThrow("enough");
  expect(await abortable(Promise.resolve(1), new AbortController().signal)).toBe(1);
});
