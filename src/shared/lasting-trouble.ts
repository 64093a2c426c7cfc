import type { Logger } from "pino";

/** Time between two lines on the same problem. */
const LINE_MS = 60_000;
/** A problem that was not seen for this long is a new one when it comes again. */
const FORGOTTEN_MS = 600_000;

/** Tells what goes wrong again and again: the first time at once, then once a minute how often it came again. */
export class LastingTrouble {
  readonly #told = new Map<string, { toldAt: number; seenAt: number; more: number }>();

  /** @param now the clock, in milliseconds */
  constructor(
    private readonly logger: Pick<Logger, "error" | "info">,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @param problem the same words each time @param details for the log line, where there is one */
  say(problem: string, details: object = {}): void {
    const now = this.now();
    for (const [text, { seenAt }] of this.#told) if (now - seenAt > FORGOTTEN_MS) this.#told.delete(text);
    const known = this.#told.get(problem);
    if (!known) {
      this.#told.set(problem, { toldAt: now, seenAt: now, more: 0 });
      this.logger.error(details, problem);
      return;
    }
    known.seenAt = now;
    known.more++;
    const seconds = Math.round((now - known.toldAt) / 1000);
    if (now - known.toldAt < LINE_MS) return;
    this.logger.error(details, `${problem} (${known.more} times more in the last ${seconds} s)`);
    known.toldAt = now;
    known.more = 0;
  }

  /** @param said told once, where there was trouble */
  over(said: string): void {
    if (this.#told.size === 0) return;
    this.#told.clear();
    this.logger.info(said);
  }
}
