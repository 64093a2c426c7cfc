/** What transfers share: how far they are, their time limits, and why they fail. */
import { type Said, type SaidWith, SentenceError } from "../../../shared/sentences/sentence-error.js";

/** How far a download is. */
export interface Progress {
  /** The network that is fetched. */
  readonly id: string;
  /** Bytes so far. */
  readonly received: number;
  /** Bytes in all. */
  readonly total: number;
}

interface Timeouts {
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

/** Why a transfer failed, whatever was fetched; the message completes "could not be fetched:". */
export class TransferFailure<S extends Said = Said> extends SentenceError<S> {
  override readonly name = "TransferFailure";
  constructor(
    /** Whether trying again may help. */
    readonly passing: boolean,
    said: S,
    ...rest: SaidWith<S>
  ) {
    super(said, ...rest);
  }
}

/** The innermost error of a chain of causes. */
function innermost(error: unknown): unknown {
  let at = error;
  while (at instanceof Error && at.cause instanceof Error) at = at.cause;
  return at instanceof AggregateError ? at.errors[0] : at;
}

const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "");

/** What an error of a library means: a full disk, a host that cannot be reached, or one that stopped sending. */
export function transferFailure(
  cause: unknown,
  host: string,
  said: "transfer.unreachable" | "transfer.stopped" = "transfer.unreachable",
): TransferFailure {
  if (cause instanceof TransferFailure) return cause;
  if (codeOf(cause) === "ENOSPC") return new TransferFailure(false, "transfer.disk-full", {}, { cause });
  const root = innermost(cause);
  const why = root instanceof Error ? root.message || root.name : String(root);
  // OpenSSL's codes, such as SELF_SIGNED_CERT_IN_CHAIN and UNABLE_TO_VERIFY_LEAF_SIGNATURE.
  const untrusted = /CERT|LEAF_SIGNATURE/.test(codeOf(root));
  return new TransferFailure(true, untrusted ? "transfer.certificate" : said, { host, why }, { cause });
}
