import type { Chat, Place } from "../port/chat.js";

const REMEMBERED = 1_000;

/** Channels as people call them. Asks each chat once, without waiting for the answer: until it comes, the channel's id has to do. */
export class PlaceNames {
  readonly #names = new Map<string, string>();

  constructor(
    private readonly chats: readonly Chat[],
    private readonly onLearnt: () => void,
  ) {}

  of(place: Place): string {
    const key = JSON.stringify([place.platform, place.community, place.channel]);
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    this.#keep(key, place.channel);
    void this.#ask(key, place);
    return place.channel;
  }

  async #ask(key: string, { thread: _, ...channel }: Place): Promise<void> {
    try {
      const info = await this.chats.find(({ platform }) => platform === channel.platform)?.describe(channel);
      if (!info) return;
      this.#keep(key, info.name);
      this.onLearnt();
    } catch {
      // A name is not worth asking twice at once; the id is shown until it has been forgotten.
    }
  }

  #keep(key: string, name: string): void {
    this.#names.set(key, name);
    const oldest = this.#names.keys().next();
    if (this.#names.size > REMEMBERED && !oldest.done) this.#names.delete(oldest.value);
  }
}
