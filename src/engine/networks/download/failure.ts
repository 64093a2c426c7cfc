/** Why a transfer failed, before anybody knows for which network it was. */
export class TransferFailure extends Error {
  override readonly name = "TransferFailure";
  constructor(
    /** Completes "could not be fetched:". */
    message: string,
    /** Whether trying again may help. */
    readonly passing: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The innermost error of a chain of causes, in a few words: `ECONNREFUSED`, `getaddrinfo ENOTFOUND example.org`. */
export function innermost(error: unknown): string {
  let at: unknown = error;
  while (at instanceof Error && at.cause instanceof Error) at = at.cause;
  if (at instanceof AggregateError && at.errors[0] instanceof Error) at = at.errors[0];
  return at instanceof Error ? at.message || at.name : String(at);
}
