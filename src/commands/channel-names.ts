import { LRUCache } from "lru-cache";
import { type ChannelRef, channelKey } from "../domain/model.js";
import type { Chat } from "../port/adapter.js";

const REMEMBERED = 1_000;

/** Channels as people call them. Asks each chat once, without waiting: until it answers, the id is the name. */
export class ChannelNames {
  readonly #names = new LRUCache<string, string>({ max: REMEMBERED });

  constructor(
    private readonly chats: readonly Chat[],
    private readonly onLearnt: () => void,
  ) {}

  of(channel: ChannelRef): string {
    const key = channelKey(channel);
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    this.#names.set(key, channel.id);
    void this.#ask(key, channel);
    return channel.id;
  }

  async #ask(key: string, { thread: _, ...channel }: ChannelRef): Promise<void> {
    try {
      const info = await this.chats.find(({ platform }) => platform === channel.platform)?.describe(channel);
      if (!info) return;
      this.#names.set(key, info.name);
      this.onLearnt();
    } catch {
      // It is asked again when the cache has dropped the id.
    }
  }
}
