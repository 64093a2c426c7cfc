import type { Rate } from "../../shared/token-bucket.js";
import { Bucket } from "./bucket.js";

/**
 * What Slack allows an app in one workspace, a little less of it: the tiers are for a minute, with bursts that Slack does not state.
 * https://docs.slack.dev/apis/web-api/rate-limits
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
  "files.delete",
  "reactions.add",
]);

/** All of one workspace's rates: posts are counted by channel, everything else by method. */
export class Budget {
  readonly #buckets = new Map<string, Bucket>();

  of(method: string, channel: string | undefined): Bucket {
    const posting = method === "chat.postMessage" && channel !== undefined;
    const key = posting ? `${method} ${channel}` : method;
    let bucket = this.#buckets.get(key);
    if (!bucket) {
      bucket = new Bucket(posting ? TIERS.posting : THIRD.has(method) ? TIERS.third : TIERS.fourth);
      this.#buckets.set(key, bucket);
    }
    return bucket;
  }

  close(): void {
    for (const bucket of this.#buckets.values()) bucket.close();
  }
}
