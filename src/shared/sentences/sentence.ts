import { english } from "./english.js";

/** A language: the same identifiers and parameters as English. One file that `satisfies Catalogue` adds a language. */
export type Catalogue = typeof english;
export type SentenceId = keyof Catalogue;

/** Identifiers of sentences without parameters. */
export type PlainId = { [I in SentenceId]: Catalogue[I] extends string ? I : never }[SentenceId];

type NoParams = Record<string, never>;

/** The parameters of a sentence. */
type SentenceParams<I extends SentenceId> = Catalogue[I] extends (params: infer P) => string ? P : NoParams;

/** The parameters as an argument that can be left out where there are none. */
export type ParamsArgument<I extends SentenceId> = Catalogue[I] extends string
  ? [params?: NoParams]
  : [params: SentenceParams<I>];

let language: Catalogue = english;

/** Chooses the language of everything that is said from now on, in this process. */
export function setLanguage(catalogue: Catalogue): void {
  language = catalogue;
}

/**
 * A sentence in the language of the process.
 *
 * @example sentence("cancel.unknown", { id: "7KQ4M9XA" });
 */
export function sentence<I extends SentenceId>(identifier: I, ...[params]: ParamsArgument<I>): string {
  const said: string | ((params: never) => string) = language[identifier];
  // The signature has checked that these parameters are this sentence's.
  return typeof said === "string" ? said : said(params as never);
}
