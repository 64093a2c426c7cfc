import { LRUCache } from "lru-cache";
import { type ChannelRef, channelKey } from "../domain/model.js";
import type { Chat } from "../port/adapter.js";

const REMEMBERED = 1_000;
/** A channel may have been given another name since. */
const ASKED_AGAIN_MS = 60_000;

/**
 * Channels as people call them. Asks each chat now and then, without waiting: until it answers first, the id is the
 * name.
 */
export class ChannelNames {
  readonly #names: LRUCache<string, string>;

  /** @param perf a clock in milliseconds that is never set back */
  constructor(
    private readonly chats: readonly Chat[],
    private readonly onLearnt: () => void,
    perf: { readonly now: () => number } = performance,
  ) {
    const stale = { ttl: ASKED_AGAIN_MS, allowStale: true, noDeleteOnStaleGet: true };
    this.#names = new LRUCache({ max: REMEMBERED, perf, ...stale });
  }

  of(channel: ChannelRef): string {
    const key = channelKey(channel);
    const known = this.#names.get(key) ?? channel.id;
    if (this.#names.has(key)) return known;
    this.#names.set(key, known);
    void this.#ask(key, channel);
    return known;
  }

  async #ask(key: string, { thread: _, ...channel }: ChannelRef): Promise<void> {
    try {
      const info = await this.chats.find(({ platform }) => platform === channel.platform)?.describe(channel);
      if (!info || info.name === this.#names.get(key)) return;
      this.#names.set(key, info.name);
      this.onLearnt();
    } catch {
      // It is asked again soon.
    }
  }
}
