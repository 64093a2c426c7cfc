/**
 * - "newer", "in-use", "unwritable", "full", "damaged": the data folder itself, for whoever runs the program;
 * - "taken", "too-many", "gone", "busy", "cursor": what a person asked for, in a sentence for that person.
 */
export type StoreErrorKind =
  | "newer"
  | "in-use"
  | "unwritable"
  | "full"
  | "damaged"
  | "taken"
  | "too-many"
  | "gone"
  | "busy"
  | "cursor";

/** Why something could not be stored or found. `message` is a sentence that says what would help. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  constructor(
    readonly kind: StoreErrorKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** An error of the disk or of SQLite as a {@link StoreError}; any other error as it is. */
export function storeError(cause: unknown, dir: string): unknown {
  const code = codeOf(cause);
  if (code === "ENOSPC" || code === "EDQUOT" || code.startsWith("SQLITE_FULL")) {
    return new StoreError(
      "full",
      `There is no space left for the data folder ${dir}: free some, or lower retention.megabytes.`,
      { cause },
    );
  }
  if (
    /^(EACCES|ENOENT|EPERM|EROFS|ENOTDIR|EEXIST|EISDIR)$/.test(code) ||
    /^SQLITE_(READONLY|CANTOPEN|PERM|IOERR)/.test(code)
  ) {
    const sentence = `The data folder ${dir} cannot be written (${code}): make it writable, or name another one in data.dir or DATA_DIR.`;
    return new StoreError("unwritable", sentence, { cause });
  }
  if (code.startsWith("SQLITE_BUSY")) return inUse(dir, cause);
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) {
    const sentence = `The database in the data folder ${dir} is damaged: put back a copy of it, or move dreamloom.sqlite away to begin anew.`;
    return new StoreError("damaged", sentence, { cause });
  }
  return cause;
}

export function inUse(dir: string, cause: unknown): StoreError {
  const sentence = `Another Dreamloom is using the data folder ${dir}: stop it, or name another folder in data.dir or DATA_DIR.`;
  return new StoreError("in-use", sentence, { cause });
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  // libsql reports a failure to open a file without a code.
  if (error.message.startsWith("ConnectionFailed(")) return "SQLITE_CANTOPEN";
  if ("code" in error) return String(error.code);
  return error.cause === undefined ? "" : codeOf(error.cause);
}
