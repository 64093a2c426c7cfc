import { timeLimit } from "../../../shared/async.js";
import { KindError, type Said } from "../../../shared/sentences/sentence-error.js";

export interface BlobLimits {
  /** Largest blob in bytes. */
  readonly maxBytes: number;
  /** How long a blob is kept unless it is deleted, in milliseconds. */
  readonly keepMs: number;
  /** How long one call may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** "too-large" will not change when it is tried again; "unreachable" may. */
type BlobErrorKind = "too-large" | "unreachable";

/** Why something could not be sent or fetched. */
export class BlobError<S extends Said = Said> extends KindError<BlobErrorKind, S> {
  override readonly name = "BlobError";
}

/** Keys that cannot lead elsewhere, as "../x" does. */
const KEY = /^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/;

/**
 * Where images, checkpoints and results lie on their way between bots and workers. Redis itself carries only what is
 * said about them.
 *
 * Keys are words joined by "/", such as "jobs/7KQ4M9XA/input-image". What is not deleted expires after a while: by the
 * store's own clock, or when {@link BlobStore.sweep} is called.
 */
export abstract class BlobStore {
  constructor(
    private readonly name: string,
    protected readonly limits: BlobLimits,
  ) {}

  /** Keeps bytes, in place of what was there. Rejects with a {@link BlobError}. */
  async put(key: string, bytes: Uint8Array): Promise<void> {
    this.checkSize(bytes.byteLength);
    checkKey(key);
    await this.reach((signal) => this.write(key, bytes, signal));
  }

  /** Undefined when there is nothing, or no longer. Rejects with a {@link BlobError}. */
  async get(key: string): Promise<Uint8Array | undefined> {
    checkKey(key);
    return this.reach((signal) => this.read(key, signal));
  }

  /** Missing blobs are ignored. Rejects with a {@link BlobError}. */
  async delete(keys: readonly string[]): Promise<void> {
    keys.forEach(checkKey);
    if (keys.length > 0) await this.reach((signal) => this.remove(keys, signal));
  }

  /** Deletes what has expired, in stores without a clock of their own. */
  async sweep(): Promise<void> {}

  async close(): Promise<void> {}

  protected abstract write(key: string, bytes: Uint8Array, signal: AbortSignal): Promise<unknown>;
  protected abstract read(key: string, signal: AbortSignal): Promise<Uint8Array | undefined>;
  protected abstract remove(keys: readonly string[], signal: AbortSignal): Promise<unknown>;

  protected checkSize(bytes: number): void {
    const { maxBytes } = this.limits;
    if (bytes <= maxBytes) return;
    const megabytes = (value: number) => (value / 1e6).toFixed(1);
    throw new BlobError("too-large", "cluster.too-large", { megabytes: megabytes(bytes), most: megabytes(maxBytes) });
  }

  /** Makes one call, with the time limit. Failures become a {@link BlobError}. */
  protected async reach<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await call(timeLimit(this.limits.timeoutMs));
    } catch (cause) {
      if (cause instanceof BlobError) throw cause;
      throw new BlobError("unreachable", "cluster.store-unreachable", { store: this.name }, { cause });
    }
  }
}

function checkKey(key: string): void {
  if (!KEY.test(key)) throw new Error(`"${key}" is no key for a blob.`);
}
