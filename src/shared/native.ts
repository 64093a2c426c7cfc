/** Packages with a native part are loaded when they are first used: a broken one stops only what needs it. */
import { createRequire } from "node:module";
import type Libsql from "libsql";
import type { Sharp as Pipeline, default as Sharp, SharpInput, SharpOptions } from "sharp";
import { sentence } from "./sentences/sentence.js";
import { SentenceError } from "./sentences/sentence-error.js";

const require = createRequire(import.meta.url);

/** The native part of a package cannot be loaded on this machine; the message says what would help. */
export class NativePartError extends SentenceError<"native.broken"> {
  override readonly name = "NativePartError";
  /** One sentence without the remedy. */
  readonly why: string;

  constructor(
    params: { readonly name: string; readonly reason: string; readonly folder?: string },
    options: ErrorOptions,
  ) {
    super("native.broken", { folder: undefined, ...params }, options);
    this.why = sentence("native.broken-why", params);
  }
}

/**
 * Loads a package of this project.
 * @param folder where it lies, if npm has not installed it
 * @throws NativePartError
 */
export function loadNative<T>(name: string, folder?: string): T {
  try {
    return require(folder ?? name) as T;
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    const [line = ""] = text.split("\n").filter((part) => part.trim() !== "");
    throw new NativePartError({ name, reason: line.trim(), ...(folder !== undefined && { folder }) }, { cause });
  }
}

/**
 * sharp, loaded when the first image needs it.
 * @throws NativePartError where its native part is missing
 */
export function sharp(input: SharpInput | SharpInput[] | SharpOptions, options?: SharpOptions): Pipeline {
  // Its own two signatures in one.
  return loadNative<typeof Sharp>("sharp")(input as SharpInput, options);
}

/** libvips' own names of its loaders; each stands for those from files, memory and streams. */
const LOADERS = ["Jpeg", "Png", "Webp", "Nsgif", "Tiff", "Heif"].map((format) => `VipsForeignLoad${format}`);

/**
 * Leaves sharp no loaders but those of the formats that are taken from strangers, in this process. What begins like one
 * of them and is another (SVG, PDF) reaches no decoder then.
 */
export function onlyCommonFormats(): void {
  const library = loadNative<typeof Sharp>("sharp");
  library.block({ operation: ["VipsForeignLoad"] });
  library.unblock({ operation: LOADERS });
}

/** Has sharp keep nothing, and use one thread: many small tasks in a process of their own. */
export function frugal(): void {
  const library = loadNative<typeof Sharp>("sharp");
  library.cache(false);
  library.concurrency(1);
}

/**
 * Opens a SQLite file.
 * @param file its path, or ":memory:"
 * @throws NativePartError where libsql's native part is missing
 */
export function openSqlite(file: string, options?: Libsql.Options): Libsql.Database {
  const Sqlite = loadNative<typeof Libsql>("libsql");
  return new Sqlite(file, options);
}
