/** Packages with a native part are loaded when they are first used: where one is broken, whatever does without it still works. */
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** The native part of a package cannot be loaded on this machine; the message says what would help. */
export class NativePartError extends Error {
  override readonly name = "NativePartError";
  constructor(
    /** One sentence without the remedy. */
    readonly why: string,
    options: ErrorOptions,
  ) {
    super(`${why} Run npm install again, on this machine.`, options);
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
    const line = text.split("\n").find((part) => part.trim() !== "") ?? "no reason given";
    throw new NativePartError(`${name} cannot be loaded (${line.trim()}).`, { cause });
  }
}
