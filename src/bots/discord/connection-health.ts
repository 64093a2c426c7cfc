import { type Client, Events } from "discord.js";
import type { ChatHealth } from "../../port/adapter.js";
import { sentence } from "../../shared/sentences/sentence.js";

/** Whether the gateway's connections are up, for operators. */
export class ConnectionHealth {
  readonly #brokenSince = new Map<number, number>();

  constructor(private readonly client: Client) {
    client.on(Events.ShardReconnecting, (shard) => this.#broke(shard));
    client.on(Events.ShardDisconnect, (_event, shard) => this.#broke(shard));
    client.on(Events.ShardReady, (shard) => this.#brokenSince.delete(shard));
    client.on(Events.ShardResume, (shard) => this.#brokenSince.delete(shard));
  }

  health(): ChatHealth {
    const [broken] = this.#brokenSince;
    if (!broken) return { connected: this.client.isReady() };
    const [shard, since] = broken;
    const time = new Date(since).toISOString().slice(11, 16);
    return { connected: false, detail: sentence("discord.reconnecting", { shard, time }) };
  }

  #broke(shard: number): void {
    if (!this.#brokenSince.has(shard)) this.#brokenSince.set(shard, Date.now());
  }
}
