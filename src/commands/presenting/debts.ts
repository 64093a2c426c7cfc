import PQueue from "p-queue";
import type { Logger } from "pino";

/** Payments to one chat side by side: one that hangs must not hold up the others. */
const AT_ONCE = 4;
/** Debts to one chat that are remembered here; what is beyond is in the store all the same, for the next start. */
const MOST = 5_000;

interface DebtsOptions {
  /** Wait before a debt is paid, in milliseconds; doubled after each round that paid nothing. */
  readonly firstMs: number;
  readonly longestMs: number;
  readonly logger: Logger;
}

interface Ledger {
  readonly platform: string;
  readonly owed: Map<string, () => Promise<void>>;
  waitMs: number;
  timer?: NodeJS.Timeout | undefined;
  /** Payments of this round that are not over. */
  paying: number;
  /** The chat came back while a round was under way: the next one follows at once. */
  again?: boolean;
  /** When a round that the chat's return had begun was over and had paid nothing, by `performance.now()`. */
  vainAt?: number | undefined;
}

/**
 * What chats are owed because they were out when it was to be said: final pictures, last words, the ends of votes. It
 * is paid on a timer with back-off, and as soon as a chat is back. What is owed is in the store and survives a stop;
 * these are only the reminders.
 */
export class Debts {
  readonly #ledgers = new Map<string, Ledger>();
  readonly #stopped = new Set<string>();
  /** When each chat came back last, by `performance.now()`. */
  readonly #backAt = new Map<string, number>();

  constructor(private readonly options: DebtsOptions) {}

  /** @param pay tries once, and calls this again when it is still owed */
  owe(platform: string, key: string, pay: () => Promise<void>): void {
    if (this.#stopped.has(platform)) return;
    const { firstMs: waitMs } = this.options;
    const ledger: Ledger = this.#ledgers.get(platform) ?? { platform, owed: new Map(), waitMs, paying: 0 };
    this.#ledgers.set(platform, ledger);
    if (ledger.owed.size >= MOST && !ledger.owed.has(key)) {
      this.options.logger.error({ platform, key }, "too much is owed to a chat; this waits for the next start");
      return;
    }
    ledger.owed.set(key, pay);
    if (ledger.paying > 0 || ledger.timer) return;
    // Tried in vain until just before the chat came back.
    const isBack = performance.now() - (this.#backAt.get(platform) ?? Number.NEGATIVE_INFINITY) < this.options.firstMs;
    this.#arm(ledger, isBack ? 0 : ledger.waitMs, isBack);
  }

  /**
   * The chat can be reached again. Where that was said just before, and nothing could be paid all the same, the timer
   * decides: part of a platform may be out while another part answers.
   */
  back(platform: string): void {
    const ledger = this.#ledgers.get(platform);
    if (ledger && performance.now() - (ledger.vainAt ?? Number.NEGATIVE_INFINITY) < ledger.waitMs) return;
    this.#backAt.set(platform, performance.now());
    if (!ledger) return;
    ledger.waitMs = this.options.firstMs;
    if (ledger.paying > 0) ledger.again = true;
    else if (ledger.owed.size > 0) this.#arm(ledger, 0, true);
  }

  /** How much a chat is owed, what is being paid included. */
  count(platform: string): number {
    const { owed, paying } = this.#ledgers.get(platform) ?? { owed: new Map(), paying: 0 };
    return owed.size + paying;
  }

  /** Nothing is paid any more. */
  stop(platform: string): void {
    this.#stopped.add(platform);
    clearTimeout(this.#ledgers.get(platform)?.timer);
    this.#ledgers.delete(platform);
  }

  /** @param returned the chat's return begins the round, rather than the wait that is over */
  #arm(ledger: Ledger, milliseconds: number, returned = false): void {
    clearTimeout(ledger.timer);
    if (this.#stopped.has(ledger.platform)) return;
    ledger.timer = setTimeout(() => void this.#round(ledger, returned), milliseconds);
    ledger.timer.unref();
  }

  async #round(ledger: Ledger, returned: boolean): Promise<void> {
    const { firstMs, longestMs, logger } = this.options;
    const { owed } = ledger;
    const debts = [...owed];
    owed.clear();
    Object.assign(ledger, { timer: undefined, paying: debts.length, again: false });
    const payments = new PQueue({ concurrency: AT_ONCE });
    const payOne = async ([key, pay]: (typeof debts)[number]) => {
      await pay().catch((err: unknown) => {
        logger.error({ err, key }, "a debt was not paid");
        if (!owed.has(key)) owed.set(key, pay);
      });
      ledger.paying -= 1;
    };
    await payments.addAll(debts.map((debt) => () => payOne(debt)));
    const paid = debts.filter(([key]) => !owed.has(key)).length;
    if (paid > 0) logger.info({ paid, owed: owed.size }, "what a chat was owed is said");
    ledger.waitMs = paid > 0 ? firstMs : Math.min(longestMs, ledger.waitMs * 2);
    if (paid > 0) ledger.vainAt = undefined;
    else if (returned) ledger.vainAt = performance.now();
    if (owed.size > 0) this.#arm(ledger, ledger.again ? 0 : ledger.waitMs, ledger.again);
  }
}
