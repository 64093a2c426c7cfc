import type { Engine, EngineRequest, EngineResult, RunOptions } from "../../src/engine/process/engine.js";

/**
 * An engine whose jobs go on until somebody stops them, where they begin while {@link held} is true: the result is kept
 * back, however fast the machine. For tests that do something to a job that runs.
 */
export class HeldEngine implements Engine {
  held = false;
  readonly #inner: Engine;

  constructor(inner: Engine) {
    this.#inner = inner;
  }

  async run(request: EngineRequest, options: RunOptions): Promise<EngineResult> {
    const { held } = this;
    const result = await this.#inner.run(request, options);
    const { signal } = options;
    if (!held) return result;
    return new Promise((_, reject) => {
      const stop = () => reject(signal.reason);
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop, { once: true });
    });
  }

  status = () => this.#inner.status?.() ?? { state: "ready" as const, starts: 1, crashes: 0, running: 0 };

  close = () => this.#inner.close();
}
