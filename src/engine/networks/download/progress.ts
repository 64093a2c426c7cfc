/** How far a download is. */
export interface Progress {
  /** The network that is fetched. */
  readonly id: string;
  /** Bytes so far. */
  readonly received: number;
  /** Bytes in all. */
  readonly total: number;
}

export interface Timeouts {
  /** Milliseconds until a host counts as out of reach. */
  readonly connect: number;
  /** Milliseconds without a byte until a transfer counts as dead. */
  readonly stall: number;
  /** Milliseconds before the first new attempt; each further one waits twice as long. */
  readonly retry: number;
}

export const TIMEOUTS: Timeouts = { connect: 15_000, stall: 30_000, retry: 400 };

export interface TransferOptions {
  readonly onProgress?: ((received: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly timeouts?: Timeouts | undefined;
}
