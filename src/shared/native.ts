/** Packages with a native part are loaded when they are first used: a broken one stops only what needs it. */
import { createRequire } from "node:module";
import { sentence } from "./sentences/sentence.js";
import { SentenceError } from "./sentences/sentence-error.js";

const require = createRequire(import.meta.url);

/** The native part of a package cannot be loaded on this machine; the message says what would help. */
export class NativePartError extends SentenceError<"native.broken"> {
  override readonly name = "NativePartError";
  /** One sentence without the remedy. */
  readonly why: string;

  constructor(params: { readonly name: string; readonly reason: string }, options: ErrorOptions) {
    super("native.broken", params, options);
    this.why = sentence("native.broken-why", params);
  }
}

/**
 * Loads a package of this project.
 * @throws NativePartError
 */
export function loadNative<T>(name: string): T {
  try {
    return require(name) as T;
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    const [line = ""] = text.split("\n").filter((part) => part.trim() !== "");
    throw new NativePartError({ name, reason: line.trim() }, { cause });
  }
}
