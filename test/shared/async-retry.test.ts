import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { retryWithBackoff } from "../../src/shared/async.js";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] }));
afterEach(() => void vi.useRealTimers());

vi.mock("node:timers/promises", () => ({
  setTimeout: (milliseconds: number, _value: unknown, options?: { readonly signal?: AbortSignal }) =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, milliseconds);
      options?.signal?.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(new Error("AbortError"));
      });
    }),
}));

/** Fails as often as it is told to, and notes when it was called. */
function failing(times: number): { readonly at: number[]; work(): Promise<string> } {
  const began = performance.now();
  const at: number[] = [];
  return {
    at,
    async work() {
      at.push(performance.now() - began);
      if (at.length <= times) throw new Error(`failure ${at.length}`);
      return "done";
    },
  };
}

test("waits twice as long before each further attempt, up to the bound", async () => {
  const { at, work } = failing(4);
  const result = retryWithBackoff(work, { firstMs: 100, longestMs: 300 });
  await vi.runAllTimersAsync();
  expect(await result).toBe("done");
  expect(at).toEqual([0, 100, 300, 600, 900]);
});

test("may wait before the first attempt", async () => {
  const { at, work } = failing(1);
  const result = retryWithBackoff(work, { firstMs: 100, delayFirst: true });
  await vi.runAllTimersAsync();
  await result;
  expect(at).toEqual([100, 300]);
});

test("rejects with the last error after the last attempt, and asks after each failure before it", async () => {
  const { work } = failing(9);
  const reported: unknown[] = [];
  const mayPass = (error: unknown, attempt: number, waitMs: number): boolean => {
    reported.push([String(error), attempt, waitMs]);
    return true;
  };
  const result = retryWithBackoff(work, { firstMs: 10, attempts: 2, mayPass }).catch(String);
  await vi.runAllTimersAsync();
  expect(await result).toBe("Error: failure 2");
  expect(reported).toEqual([["Error: failure 1", 1, 10]]);
});

test("does not repeat what cannot pass", async () => {
  const { at, work } = failing(9);
  await expect(retryWithBackoff(work, { firstMs: 10, mayPass: () => false })).rejects.toThrow("failure 1");
  expect(at).toHaveLength(1);
});

test("waits as long as the other side has asked for", async () => {
  const { at, work } = failing(1);
  const result = retryWithBackoff(work, { firstMs: 10, waitOf: () => 5_000 });
  await vi.runAllTimersAsync();
  await result;
  expect(at).toEqual([0, 5_000]);
});

test("abort is honoured during back-off, with the signal's reason", async () => {
  const { at, work } = failing(9);
  const abort = new AbortController();
  const result = retryWithBackoff(work, { firstMs: 1_000, signal: abort.signal }).catch(String);
  await vi.advanceTimersByTimeAsync(10);
  abort.abort(new Error("enough"));
  expect(await result).toBe("Error: enough");
  expect(at).toHaveLength(1);
});
