/** What is wrong with what was typed, and the numbers that options take. */
import { InvalidArgumentError } from "commander";
import { sentence } from "../shared/sentences/sentence.js";
import { type Said, SentenceError } from "../shared/sentences/sentence-error.js";

/** Something wrong with what was typed; the message says what would be right. */
export class UsageError<S extends Said = Said> extends SentenceError<S> {
  override readonly name = "UsageError";
}

/** Reads a number within bounds off the command line. */
export function numberWithin(
  minimum: number,
  maximum: number,
  { whole = false }: { readonly whole?: boolean } = {},
): (typed: string) => number {
  return (typed) => {
    const value = Number(typed);
    if (typed.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError(sentence("cli.number"));
    if (value >= minimum && value <= maximum && (!whole || Number.isInteger(value))) return value;
    throw new InvalidArgumentError(sentence("cli.bounds", { minimum, maximum, whole }));
  };
}

/** Runs what ^C stops. */
export async function stoppedByInterrupt<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const interrupt = (): void => stop.abort(new UsageError("cli.stopped"));
  process.once("SIGINT", interrupt);
  try {
    return await run(stop.signal);
  } finally {
    process.off("SIGINT", interrupt);
  }
}
