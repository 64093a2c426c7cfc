import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { EventLoopWatch } from "../../src/ops/event-loop.js";

const WINDOW_MS = 1_000;

/** Tells, instead of a delay, for how many milliseconds it has looked at the clock, as so many seconds. */
function histogram() {
  let since = Date.now();
  const delay = () => (Date.now() - since) * 1e9;
  return {
    count: 1,
    get max() {
      return delay();
    },
    percentile: delay,
    disable: vi.fn(),
    reset() {
      since = Date.now();
    },
  };
}

describe("the lag of an event loop", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
  });

  it("is that of a whole window at least and two at most, also when one has just turned", () => {
    const watch = new EventLoopWatch(WINDOW_MS, histogram);
    onTestFinished(() => watch.close());
    vi.advanceTimersByTime(2 * WINDOW_MS);
    for (let step = 0; step < 50; step++) {
      vi.advanceTimersByTime(WINDOW_MS / 10 + 1);
      for (const looked of [watch.lag.p50, watch.lag.p99, watch.lag.max]) {
        expect(looked).toBeGreaterThan(WINDOW_MS - 1);
        expect(looked).toBeLessThan(2 * WINDOW_MS);
      }
    }
  });

  it("is watched no longer when the watch is closed", () => {
    const delays = [histogram(), histogram()];
    const left = [...delays];
    const watch = new EventLoopWatch(WINDOW_MS, () => left.shift() ?? histogram());
    watch.close();
    for (const { disable } of delays) expect(disable).toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});
