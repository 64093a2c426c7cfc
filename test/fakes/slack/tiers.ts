/** Slack's rate limits: calls a minute for a method and a team, and posts for a channel. */
const PER_MINUTE: Readonly<Record<string, number>> = {
  "chat.update": 50,
  "chat.delete": 50,
  "conversations.history": 50,
  "conversations.info": 50,
  "conversations.open": 50,
  "conversations.replies": 50,
  "files.delete": 50,
  "reactions.add": 50,
};
const OTHERS = 100;
/** Of apps outside the Marketplace. https://docs.slack.dev/apis/web-api/rate-limits */
const OUTSIDE_MARKETPLACE: Readonly<Record<string, number>> = {
  "conversations.history": 1,
  "conversations.replies": 1,
};
/** What such apps get at once. */
export const OUTSIDE_MARKETPLACE_PAGE = 15;
/** Posts that may come at once in a channel; then one a second. */
const POSTS = 4;

export class Tiers {
  readonly #calls = new Map<string, number[]>();
  readonly #waiting = new Map<string, number>();
  /** Makes limits tighter, so that tests meet them: calls a minute by method. */
  readonly overrides = new Map<string, number>();
  /** How long a minute is, in milliseconds, so that tests need not wait for one. */
  minuteMs = 60_000;

  constructor(private readonly outsideMarketplace = false) {}

  /** Seconds to wait, or undefined when the call may pass. `tooSoon` when somebody did not wait. */
  take(
    team: string,
    method: string,
    channel: string,
  ): { readonly retryAfter: number; readonly tooSoon: boolean } | undefined {
    const posting = method === "chat.postMessage";
    const key = posting ? `${team} ${method} ${channel}` : `${team} ${method}`;
    const now = Date.now();
    const until = this.#waiting.get(key) ?? 0;
    // The answer takes its time to arrive.
    if (now < until - 50) return { retryAfter: Math.ceil((until - now) / 1000), tooSoon: now < until - 200 };
    const span = posting ? POSTS * 1000 : this.minuteMs;
    const usual = (this.outsideMarketplace ? OUTSIDE_MARKETPLACE[method] : undefined) ?? PER_MINUTE[method] ?? OTHERS;
    const most = posting ? POSTS : (this.overrides.get(method) ?? usual);
    const recent = (this.#calls.get(key) ?? []).filter((at) => at > now - span);
    this.#calls.set(key, recent);
    if (recent.length < most) {
      recent.push(now);
      return undefined;
    }
    const retryAfter = Math.max(1, Math.ceil(((recent[0] ?? now) + span - now) / 1000));
    this.#waiting.set(key, now + retryAfter * 1000);
    return { retryAfter, tooSoon: false };
  }

  /** The next call of a method has to wait for so long, whatever came before. */
  limit(team: string, method: string, seconds: number): void {
    this.#waiting.set(`${team} ${method}`, Date.now() + seconds * 1000);
  }
}
