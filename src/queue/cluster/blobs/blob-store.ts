import { type Said, type SaidWith, SentenceError } from "../../../shared/sentences/sentence-error.js";
/**
 * Where pictures, checkpoints and results lie on their way between bots and workers. Redis itself carries only what is said about them.
 *
 * Keys are words joined by "/", such as "jobs/7KQ4M9XA/input-image". What nobody has deleted goes by itself after a while: by the
 * store's own clock, or when {@link BlobStore.sweep} is called.
 */
export interface BlobStore {
  /** Keeps bytes, in place of what was there. Rejects with a {@link BlobError}. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Undefined when there is nothing, or no longer. Rejects with a {@link BlobError}. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** What is not there is passed over. Rejects with a {@link BlobError}. */
  delete(keys: readonly string[]): Promise<void>;
  /** Deletes what has been kept for longer than it should; stores with a clock of their own have nothing to do. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

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

/** Why something could not be sent or fetched. `message` is a sentence. */
export class BlobError<S extends Said = Said> extends SentenceError<S> {
  override readonly name = "BlobError";
  constructor(
    readonly kind: BlobErrorKind,
    said: S,
    ...rest: SaidWith<S>
  ) {
    super(said, ...rest);
  }
}

const KEY = /^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/;

/** Refuses keys that could lead elsewhere, such as "../x". */
export function checkKey(key: string): string {
  if (!KEY.test(key)) throw new Error(`"${key}" is no key for a blob.`);
  return key;
}

export function checkSize(bytes: number, { maxBytes }: Pick<BlobLimits, "maxBytes">): void {
  if (bytes <= maxBytes) return;
  const megabytes = (value: number) => (value / 1e6).toFixed(1);
  throw new BlobError("too-large", "cluster.too-large", { megabytes: megabytes(bytes), most: megabytes(maxBytes) });
}

export function unreachable(store: string, error: unknown): BlobError {
  return error instanceof BlobError
    ? error
    : new BlobError("unreachable", "cluster.store-unreachable", { store }, { cause: error });
}
