import type { Redis } from "ioredis";
import { type BlobLimits, type BlobStore, checkKey, checkSize, unreachable } from "./blob-store.js";

const NAME = "Redis";

/** Blobs in Redis, each with a time to live. The connection is its own from now on: large blobs keep no short commands waiting. It has a time limit for each command. */
export class RedisBlobs implements BlobStore {
  constructor(
    private readonly redis: Redis,
    private readonly prefix: string,
    private readonly limits: BlobLimits,
  ) {}

  async put(key: string, bytes: Uint8Array): Promise<void> {
    checkSize(bytes.byteLength, this.limits);
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    await this.#try(this.redis.set(this.#key(key), buffer, "PX", Math.ceil(this.limits.keepMs)));
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const found = await this.#try(this.redis.getBuffer(this.#key(key)));
    return found ? new Uint8Array(found.buffer, found.byteOffset, found.byteLength) : undefined;
  }

  async delete(keys: readonly string[]): Promise<void> {
    if (keys.length > 0) await this.#try(this.redis.unlink(...keys.map((key) => this.#key(key))));
  }

  async sweep(): Promise<void> {}

  async close(): Promise<void> {
    this.redis.disconnect();
  }

  #key(key: string): string {
    return `${this.prefix}:blob:${checkKey(key)}`;
  }

  #try<T>(call: Promise<T>): Promise<T> {
    return call.catch((error: unknown) => {
      throw unreachable(NAME, error);
    });
  }
}
