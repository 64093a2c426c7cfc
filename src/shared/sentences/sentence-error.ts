import { english } from "./english.js";
import { type ParamsArgument, type SentenceId, sentence } from "./sentence.js";

/** What an error says: a sentence, by its identifier, or what another error says. */
export type Said = SentenceId | SentenceError | (string & {});

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
  readonly identifier: SentenceId | undefined;
  readonly params: Readonly<Record<string, unknown>>;

  constructor(said: S, ...rest: SaidWith<S>) {
    const source: Said = said;
    const [first, second] = rest as [unknown, ErrorOptions?];
    if (source instanceof SentenceError) {
      super(source.message, { cause: source });
      this.identifier = source.identifier;
      this.params = source.params;
    } else if (isSentence(source)) {
      super(sentence(source, ...([first] as ParamsArgument<SentenceId>)), second);
      this.identifier = source;
      this.params = { ...(first as object | undefined) };
    } else {
      super(source, first as ErrorOptions | undefined);
      this.identifier = undefined;
      this.params = {};
    }
  }
}

function isSentence(said: string): said is SentenceId {
  return Object.hasOwn(english, said);
}
