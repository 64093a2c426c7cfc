import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";

/** Milliseconds between two looks at the clock. */
const RESOLUTION_MS = 20;
const WINDOW_MS = 15_000;

/** How late the event loop was, in seconds. */
export interface Lag {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Measures the delay of this process's event loop. */
export class EventLoopWatch {
  readonly #delay: IntervalHistogram;
  readonly #turn: NodeJS.Timeout;
  #before: Lag | undefined;

  constructor(windowMs = WINDOW_MS) {
    this.#delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    this.#delay.enable();
    this.#turn = setInterval(() => {
      this.#before = this.#now();
      this.#delay.reset();
    }, windowMs);
    this.#turn.unref();
  }

  /** The worse of the current window and the last whole one. */
  get lag(): Lag {
    const now = this.#now();
    const before = this.#before ?? now;
    const { max } = Math;
    return { p50: max(now.p50, before.p50), p99: max(now.p99, before.p99), max: max(now.max, before.max) };
  }

  close(): void {
    clearInterval(this.#turn);
    this.#delay.disable();
  }

  #now(): Lag {
    // Nanoseconds, with the time between two looks in them; before the first look the histogram says NaN.
    const seconds = (nanoseconds: number) =>
      Math.max(0, (Number.isFinite(nanoseconds) ? nanoseconds : 0) / 1e9 - RESOLUTION_MS / 1e3);
    const { count } = this.#delay;
    if (count === 0) return { p50: 0, p99: 0, max: 0 };
    return {
      p50: seconds(this.#delay.percentile(50)),
      p99: seconds(this.#delay.percentile(99)),
      max: seconds(this.#delay.max),
    };
  }
}
