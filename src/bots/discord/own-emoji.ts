import type { Client } from "discord.js";

/** The emoji that servers have made for themselves: the rest of the program calls them ":name:". */
export class OwnEmoji {
  constructor(private readonly client: Pick<Client, "guilds">) {}

  /** As a reaction's address names it: a server's own by its name and its id. */
  inRoute(community: string, emoji: string): string {
    const own = this.#find(community, emoji);
    return own ? `${own.name}:${own.id}` : emoji;
  }

  /** As a message's text names it, which shows the image; undefined for what the server does not have. */
  inText(community: string, emoji: string): string | undefined {
    const own = this.#find(community, emoji);
    return own && `<${own.animated ? "a" : ""}:${own.name}:${own.id}>`;
  }

  #find(community: string, emoji: string) {
    const name = /^:(\w+):$/.exec(emoji)?.[1];
    const emojis = name === undefined ? undefined : this.client.guilds.cache.get(community)?.emojis.cache;
    return emojis?.find((known) => known.name === name);
  }
}
