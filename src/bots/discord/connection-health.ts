import { type Client, Events } from "discord.js";
import type { ChatHealth } from "../../port/adapter.js";
import { defined } from "../../shared/defined.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { timeOfDay } from "../../shared/text.js";
import { closeError } from "./errors.js";

/** Whether the gateway's connections, its shards, are up, for operators. */
export class ConnectionHealth {
  readonly #up = new Set<number>();
  readonly #brokenSince = new Map<number, number>();
  /** Why a connection was closed for good. */
  #refusal: string | undefined;

  /** @param recovered called when a connection that was broken is up again */
  constructor(
    private readonly client: Client,
    private readonly recovered: () => void,
  ) {
    client.on(Events.ShardReconnecting, (shard) => this.#broke(shard));
    client.on(Events.ShardDisconnect, ({ code }, shard) => {
      this.#broke(shard);
      this.#refusal = closeError(code)?.message;
    });
    client.on(Events.ShardReady, (shard) => this.#rose(shard));
    client.on(Events.ShardResume, (shard) => this.#rose(shard));
  }

  health(): ChatHealth {
    const shards = [...this.client.ws.shards.keys()].map((id) => ({ id, connected: this.#up.has(id) }));
    const connected = this.client.isReady() && shards.every((shard) => shard.connected);
    const detail = connected ? undefined : (this.#refusal ?? this.#detail(shards.length));
    return { connected, ...defined({ detail, shards: shards.length > 1 ? shards : undefined }) };
  }

  /** It cannot be connected again. */
  refuse(error: unknown): void {
    this.#refusal = error instanceof Error ? error.message : String(error);
  }

  #detail(shards: number): string | undefined {
    const [broken] = this.#brokenSince;
    if (!broken) return shards > 0 ? sentence("discord.connecting", { connected: this.#up.size, shards }) : undefined;
    const [shard, since] = broken;
    const time = timeOfDay(since);
    return sentence("discord.reconnecting", { shard, shards, time, others: this.#brokenSince.size - 1 });
  }

  #rose(shard: number): void {
    this.#up.add(shard);
    if (this.#brokenSince.delete(shard)) this.recovered();
  }

  #broke(shard: number): void {
    this.#up.delete(shard);
    if (!this.#brokenSince.has(shard)) this.#brokenSince.set(shard, Date.now());
  }
}
