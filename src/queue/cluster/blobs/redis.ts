import type { Redis } from "ioredis";
import { type BlobLimits, BlobStore } from "./blob-store.js";

/**
 * Blobs in Redis, each with a time to live.
 *
 * The connection is this store's own, so that large blobs keep no short commands waiting, and limits each command's
 * time.
 */
export class RedisBlobs extends BlobStore {
  constructor(
    private readonly redis: Redis,
    private readonly prefix: string,
    limits: BlobLimits,
  ) {
    super("Redis", limits);
  }

  override async close(): Promise<void> {
    this.redis.disconnect();
  }

  protected write(key: string, bytes: Uint8Array): Promise<unknown> {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return this.redis.set(this.#key(key), buffer, "PX", Math.ceil(this.limits.keepMs));
  }

  protected async read(key: string): Promise<Uint8Array | undefined> {
    const found = await this.redis.getBuffer(this.#key(key));
    return found ? new Uint8Array(found.buffer, found.byteOffset, found.byteLength) : undefined;
  }

  protected remove(keys: readonly string[]): Promise<unknown> {
    return this.redis.unlink(...keys.map((key) => this.#key(key)));
  }

  #key(key: string): string {
    return `${this.prefix}:blob:${key}`;
  }
}
