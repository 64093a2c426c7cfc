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

type Delay = Pick<IntervalHistogram, "count" | "max" | "percentile" | "reset" | "disable">;

/** Measures the delay of this process's event loop over the last one to two windows. */
export class EventLoopWatch {
  /** Two that overlap, the older one first: of a few looks the 99th percentile is the latest of all. */
  #delays: readonly [Delay, Delay];
  readonly #turn: NodeJS.Timeout;

  constructor(windowMs = WINDOW_MS, watch: () => Delay = watched) {
    this.#delays = [watch(), watch()];
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
      p50: seconds(delay.percentile(50)),
      p99: seconds(delay.percentile(99)),
      max: seconds(delay.count === 0 ? 0 : delay.max),
    };
  }

  close(): void {
    clearInterval(this.#turn);
    for (const delay of this.#delays) delay.disable();
  }
}

function watched(): Delay {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  return delay;
}

/** Nanoseconds have the time between two looks in them; before the first look the histogram says NaN. */
function seconds(nanoseconds: number): number {
  return Math.max(0, (Number.isFinite(nanoseconds) ? nanoseconds : 0) / 1e9 - RESOLUTION_MS / 1e3);
}
