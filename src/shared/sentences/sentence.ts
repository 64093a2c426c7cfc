import { type ParamsOf, type PlainIdOf, speaker } from "./catalogue.js";
import { english } from "./english.js";

/** A language: the same identifiers and parameters as English. One file that `satisfies Catalogue` adds a language. */
export type Catalogue = typeof english;
export type SentenceId = keyof Catalogue;
export type PlainId = PlainIdOf<Catalogue>;
export type ParamsArgument<I extends SentenceId> = ParamsOf<Catalogue, I>;

export const { sentence, setLanguage } = speaker(english);
