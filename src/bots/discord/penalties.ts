import { LRUCache } from "lru-cache";
import { retryAfterMs } from "../../shared/retry-after.js";
import { REFUSALS, REFUSALS_WINDOW_MS } from "./limits.js";

/** As much of an answer as is read here. */
interface Answer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
}

/** A call that is not made, as Discord has asked to wait for longer than it may take. */
export class Penalty extends Error {
  override readonly name = "Penalty";
  constructor(readonly waitMs: number) {
    super(`Discord wants no such call for another ${Math.ceil(waitMs / 1000)} s.`);
  }
}

const REMEMBERED = 5_000;
/** Refusals are counted by the minute. */
const SLICE_MS = 60_000;

/**
 * What Discord asks to be left alone with, and for how long: kept for as long as it says, whatever its headers, by
 * route or for all calls. It also counts refusals, since too many of them ban the program's address.
 */
export class Penalties {
  readonly #until = new LRUCache<string, number>({ max: REMEMBERED });
  readonly #refusals = new Map<number, number>();
  #allUntil = 0;

  /** @param now a clock that is never set, in milliseconds */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Notes an answer to a call, also to one that discord.js repeats by itself. */
  note(method: string, url: string, { status, headers }: Answer): void {
    const shared = headers.get("x-ratelimit-scope") === "shared";
    if (status === 401 || status === 403 || (status === 429 && !shared)) this.#count();
    if (status !== 429 && status < 500) return;
    const wait = retryAfterMs(headers.get("retry-after"));
    if (wait === undefined) return;
    const until = this.now() + wait;
    // What stands before Discord knows no buckets: it bans the address.
    const whole = status === 429 && (headers.get("x-ratelimit-global") !== null || !knowsBucket(headers));
    if (whole) this.#allUntil = Math.max(this.#allUntil, until);
    else this.#until.set(bucketOf(method, url), until);
  }

  /** How long a call must wait, in milliseconds. */
  waitMs(method: string, url: string): number {
    const until = Math.max(this.#allUntil, this.#until.get(bucketOf(method, url)) ?? 0, this.#spentUntil());
    return Math.max(0, until - this.now());
  }

  /** For how long no call at all is made, in milliseconds; 0 where calls are made. */
  get closedMs(): number {
    return Math.max(0, Math.max(this.#allUntil, this.#spentUntil()) - this.now());
  }

  /** Refusals in the last ten minutes. */
  get refusals(): number {
    const since = this.now() - REFUSALS_WINDOW_MS;
    for (const slice of this.#refusals.keys()) if (slice + SLICE_MS <= since) this.#refusals.delete(slice);
    return [...this.#refusals.values()].reduce((sum, count) => sum + count, 0);
  }

  #count(): void {
    const slice = Math.floor(this.now() / SLICE_MS) * SLICE_MS;
    this.#refusals.set(slice, (this.#refusals.get(slice) ?? 0) + 1);
  }

  /** When the oldest of too many refusals no longer counts. */
  #spentUntil(): number {
    if (this.refusals < REFUSALS) return 0;
    return Math.min(...this.#refusals.keys()) + SLICE_MS + REFUSALS_WINDOW_MS;
  }
}

function knowsBucket(headers: Answer["headers"]): boolean {
  return ["x-ratelimit-bucket", "x-ratelimit-scope", "x-ratelimit-limit"].some((name) => headers.get(name) !== null);
}

/** Calls that share a limit: all messages of a channel, all reactions. */
function bucketOf(method: string, url: string): string {
  const path = URL.canParse(url) ? new URL(url).pathname : url;
  const [, major = "", rest = ""] = /^(.*?\/(?:channels|guilds|webhooks|interactions)\/\d+)?(.*)$/s.exec(path) ?? [];
  return `${method} ${major}${rest.replace(/\/reactions\/.*/, "/reactions").replace(/\d{17,20}/g, "0")}`;
}
