import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";

const RESOLUTION_MS = 20;
const WINDOW_MS = 15_000;

/** How late the event loop was, in seconds. */
export interface Lag {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Measures the delay of this process's event loop over the last one to two windows. */
export class EventLoopWatch {
  /** Two that overlap, the older one first: of a few looks the 99th percentile is the latest of all. */
  #delays: readonly [IntervalHistogram, IntervalHistogram];
  readonly #turn: NodeJS.Timeout;

  /** @param resolutionMs between two looks at the clock */
  constructor(
    windowMs = WINDOW_MS,
    private readonly resolutionMs = RESOLUTION_MS,
  ) {
    this.#delays = [watched(resolutionMs), watched(resolutionMs)];
    this.#turn = setInterval(() => {
      const [older, newer] = this.#delays;
      older.reset();
      this.#delays = [newer, older];
    }, windowMs);
    this.#turn.unref();
  }

  get lag(): Lag {
    const [delay] = this.#delays;
    return {
      p50: this.#seconds(delay.percentile(50)),
      p99: this.#seconds(delay.percentile(99)),
      max: this.#seconds(delay.count === 0 ? 0 : delay.max),
    };
  }

  close(): void {
    clearInterval(this.#turn);
    for (const delay of this.#delays) delay.disable();
  }

  /** Nanoseconds have the time between two looks in them; before the first look the histogram says NaN. */
  #seconds(nanoseconds: number): number {
    return Math.max(0, (Number.isFinite(nanoseconds) ? nanoseconds : 0) / 1e9 - this.resolutionMs / 1e3);
  }
}

function watched(resolution: number): IntervalHistogram {
  const delay = monitorEventLoopDelay({ resolution });
  delay.enable();
  return delay;
}
