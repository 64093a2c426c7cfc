import { statSync } from "node:fs";
import { dirname } from "node:path";
import { KindError, type Said } from "./sentences/sentence-error.js";

/**
 * - "newer", "in-use", "unwritable", "full", "damaged", "locked": the data folder itself, for those who run the
 *   program;
 * - "taken", "too-many", "gone", "busy", "cursor": what a person asked for, in a sentence for that person.
 */
type StoreErrorKind =
  | "newer"
  | "in-use"
  | "unwritable"
  | "full"
  | "damaged"
  | "locked"
  | "taken"
  | "too-many"
  | "gone"
  | "busy"
  | "cursor";

/** Why something could not be stored or found. `message` is a sentence that says what would help. */
export class StoreError<S extends Said = Said> extends KindError<StoreErrorKind, S> {
  override readonly name = "StoreError";
}

/**
 * An error of the disk or of SQLite as a {@link StoreError}; any other error as it is.
 *
 * @param path the file or the folder that could not be used
 */
export function storeError(cause: unknown, path: string): unknown {
  if (cause instanceof StoreError) return cause;
  const code = codeOf(cause);
  if (code === "ENOSPC" || code === "EDQUOT" || code.startsWith("SQLITE_FULL")) {
    return new StoreError("full", "store.full", { path }, { cause });
  }
  const foreign = anotherUsers(code, path);
  if (foreign) return new StoreError("unwritable", "store.foreign", foreign, { cause });
  if (
    /^(EACCES|ENOENT|EPERM|EROFS|ENOTDIR|EEXIST|EISDIR|EIO|ESTALE|EMFILE|ENFILE)$/.test(code) ||
    /^SQLITE_(READONLY|CANTOPEN|PERM|IOERR)/.test(code)
  ) {
    return new StoreError("unwritable", "store.unwritable", { path, code }, { cause });
  }
  if (code.startsWith("SQLITE_BUSY"))
    return new StoreError("in-use", "store.in-use", { folder: dirname(path) }, { cause });
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code) || isAnotherFormat(cause)) {
    return new StoreError("damaged", "store.damaged", { path }, { cause });
  }
  return cause;
}

/** Whose a file or its folder is, where that is why it cannot be used: a volume whose container changed its user. */
function anotherUsers(code: string, path: string) {
  if (!/^(EACCES|EPERM|SQLITE_(READONLY|CANTOPEN|PERM).*)$/.test(code)) return undefined;
  const user = process.getuid?.();
  const owner = (ownerOf(path) ?? ownerOf(dirname(path)))?.uid;
  // Root's folders are a mistake of their own: to run this as root is no advice.
  if (user === undefined || user === 0 || !owner || owner === user) return undefined;
  return { path, owner, user };
}

function ownerOf(path: string) {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/** What people are told of an error of the disk or the file; undefined for others, which are for the log only. */
export function keepSentence(error: unknown): "keep.full" | "keep.unwritable" | "keep.damaged" | undefined {
  // Without the path: that is in the log, with the cause.
  const kind = error instanceof StoreError ? error.kind : undefined;
  return kind === "full" || kind === "unwritable" || kind === "damaged" ? `keep.${kind}` : undefined;
}

/**
 * The number of the format in the file's head is none that there is, or what it says of its tables is not what was
 * written there: SQLite has no code of its own for that, and the program's queries are always the same.
 */
function isAnotherFormat(error: unknown): boolean {
  return error instanceof Error && /^(unsupported file format$|no such (table|column): )/.test(error.message);
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  // libsql reports a failure to open a file without a code.
  if (error.message.startsWith("ConnectionFailed(")) return "SQLITE_CANTOPEN";
  if ("code" in error) return String(error.code);
  return error.cause === undefined ? "" : codeOf(error.cause);
}
