import { deferred, type Rate, TokenBucket, withTimeout } from "../../shared/async.js";

/**
 * What Slack allows an app in one workspace, a little less of it: the tiers are for a minute, with bursts that Slack
 * does not state. https://docs.slack.dev/apis/web-api/rate-limits
 */
const TIERS = {
  /** About 50 a minute. */
  third: { burst: 20, perMinute: 45 },
  /** About 100 a minute. */
  fourth: { burst: 40, perMinute: 90 },
  /** One a second, with short bursts. */
  posting: { burst: 3, perMinute: 60 },
} as const satisfies Record<string, Rate>;

const THIRD = new Set([
  "chat.update",
  "chat.delete",
  "conversations.history",
  "conversations.replies",
  "conversations.info",
  "conversations.open",
  "files.delete",
  "reactions.add",
  "reactions.get",
]);

/** All of one workspace's rates: posts are counted by channel, everything else by method. */
export class Budget {
  readonly #buckets = new Map<string, Bucket>();

  of(method: string, channel: string | undefined): Bucket {
    const posting = method === "chat.postMessage" && channel !== undefined;
    const key = posting ? `${method} ${channel}` : method;
    const bucket =
      this.#buckets.get(key) ?? new Bucket(TIERS[posting ? "posting" : THIRD.has(method) ? "third" : "fourth"]);
    this.#buckets.set(key, bucket);
    return bucket;
  }

  close(): void {
    for (const bucket of this.#buckets.values()) bucket.close();
  }
}

interface Waiter {
  readonly urgent: boolean;
  readonly resolve: (granted: boolean) => void;
}

/**
 * A token bucket with a queue of waiting calls. Urgent ones go first, and a part of the tokens is reserved for them:
 * previews must never hold up a final image.
 */
export class Bucket {
  readonly #tokens: TokenBucket;
  #blockedUntil = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #waiting: Waiter[] = [];

  constructor(private readonly rate: Rate) {
    this.#tokens = new TokenBucket(rate);
  }

  /** Resolves to true when the call may be made, to false when that is not within `patienceMs`. */
  take({ urgent, patienceMs }: { readonly urgent: boolean; readonly patienceMs: number }): Promise<boolean> {
    const { promise, resolve } = deferred<boolean>();
    const waiter = { urgent, resolve };
    this.#waiting.push(waiter);
    this.#serve();
    return withTimeout(promise, patienceMs, () => {
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
      return false;
    });
  }

  /** The other side has asked to wait: no call is made for so long. */
  block(milliseconds: number): void {
    this.#blockedUntil = Math.max(this.#blockedUntil, performance.now() + milliseconds);
    this.#tokens.limitTo(1);
  }

  /** Refuses every waiting call. */
  close(): void {
    clearTimeout(this.#timer);
    for (const waiter of this.#waiting.splice(0)) waiter.resolve(false);
  }

  #serve(): void {
    clearTimeout(this.#timer);
    for (;;) {
      const next = this.#waiting.find(({ urgent }) => urgent) ?? this.#waiting[0];
      if (!next) return;
      const reserve = next.urgent ? 0 : Math.floor(this.rate.burst / 4);
      const wait = Math.max(this.#blockedUntil - performance.now(), this.#tokens.waitMs(reserve));
      if (wait > 0) {
        this.#timer = setTimeout(() => this.#serve(), Math.ceil(wait));
        return;
      }
      this.#tokens.take(reserve);
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      next.resolve(true);
    }
  }
}
