import { type ParamsArgument, type SentenceId, sentence } from "./sentence.js";

/** A sentence as it travels, between processes and from error to error. Other versions have other identifiers. */
export interface Relayed {
  readonly message: string;
  readonly identifier?: string | undefined;
  readonly params?: Readonly<Record<string, unknown>> | undefined;
}

/** What an error says: a sentence, by its identifier, or what was said elsewhere. */
export type Said = SentenceId | Relayed;

/** What follows it: the sentence's parameters and the error's options. The cause of a relayed error is that error. */
export type SaidWith<S extends Said> = S extends SentenceId
  ? [...ParamsArgument<S>, options?: ErrorOptions]
  : [options?: ErrorOptions];

/**
 * An error whose message is a sentence for people. It carries the sentence's identifier and parameters.
 *
 * @example throw new UserError("cancel.unknown", { id: "7KQ4M9XA" });
 */
export abstract class SentenceError<S extends Said = Said> extends Error {
  /** Of its sentence; empty where another process has sent none. */
  readonly identifier: string;
  readonly params: Readonly<Record<string, unknown>>;

  constructor(said: S, ...rest: SaidWith<S>) {
    const source: Said = said;
    const [first, second] = rest as [unknown, ErrorOptions?];
    if (typeof source === "object") {
      super(source.message, (first as ErrorOptions | undefined) ?? (source instanceof Error ? { cause: source } : {}));
      this.identifier = source.identifier ?? "";
      this.params = source.params ?? {};
    } else {
      super(sentence(source, ...([first] as ParamsArgument<SentenceId>)), second);
      this.identifier = source;
      this.params = { ...(first as object | undefined) };
    }
  }
}

/** One of several kinds, which callers tell apart. */
export abstract class KindError<K extends string, S extends Said = Said> extends SentenceError<S> {
  constructor(
    readonly kind: K,
    said: S,
    ...rest: SaidWith<S>
  ) {
    super(said, ...rest);
  }
}
