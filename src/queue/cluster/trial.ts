import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { abortable, retryWithBackoff } from "../../shared/async.js";
import { sentence } from "../../shared/sentences/sentence.js";
import type { BlobStore } from "./blobs/blob-store.js";
import { RETRY_MS, tryQueue } from "./bull-queue.js";
import { untilReady } from "./connection.js";
import { type Asked, refusalOf } from "./refusals.js";

/** Longest time between two trials of what keeps failing. */
export const LONGEST_RETRY_MS = 30_000;
/** A trial that has passed counts for this long where only readiness is asked for. */
const FRESH_MS = 5_000;

interface TrialOptions extends Asked {
  /** For commands, with a time limit. */
  readonly redis: Redis;
  readonly blobs: BlobStore;
  /** What else must be possible. */
  readonly also: () => Promise<unknown>;
}

/** Tries all that a job needs on its way to a worker and back: it is sent, taken, told of and ended, with a picture. */
export class Trial {
  #last: { readonly at: number; readonly outcome: Promise<void> } | undefined;

  constructor(private readonly options: TrialOptions) {}

  /** Rejects with what was refused. */
  async run(): Promise<void> {
    const { redis, blobs, prefix, also } = this.options;
    const key = `trial/${randomUUID()}`;
    await blobs.put(key, new Uint8Array([1]));
    await blobs.get(key);
    await blobs.delete([key]);
    await redis.publish(`${prefix}:trial`, "");
    await tryQueue(redis, prefix);
    await also();
  }

  /** Resolves when a trial has passed; until then what failed is told, and tried again ever more seldom. */
  async untilPassed(signal: AbortSignal, failed: (error: unknown) => void): Promise<void> {
    const { redis } = this.options;
    const attempt = async (): Promise<void> => {
      await untilReady(redis, signal);
      await abortable(this.run(), signal);
    };
    const mayPass = (error: unknown): boolean => {
      if (!signal.aborted) failed(error);
      return !signal.aborted;
    };
    // One that is out of reach may be back at any moment.
    const waitOf = () => (redis.status === "ready" ? undefined : RETRY_MS);
    await retryWithBackoff(attempt, { firstMs: RETRY_MS, longestMs: LONGEST_RETRY_MS, signal, mayPass, waitOf });
  }

  /** What keeps jobs from coming through now, in a sentence. */
  async problem(): Promise<string | undefined> {
    const fresh = this.#last && performance.now() - this.#last.at < FRESH_MS ? this.#last : undefined;
    this.#last = fresh ?? { at: performance.now(), outcome: this.run() };
    try {
      await this.#last.outcome;
      return undefined;
    } catch (error) {
      this.#last = undefined;
      return this.explain(error);
    }
  }

  /** In a sentence. */
  explain(error: unknown): string {
    const { host } = this.options;
    const reason = error instanceof Error ? error.message : String(error);
    return refusalOf(error, this.options) ?? sentence("cluster.trial-failed", { host, reason });
  }
}
