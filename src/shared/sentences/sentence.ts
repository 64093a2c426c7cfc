import { type LanguageOf, type ParamsOf, type PlainIdOf, speaker } from "./catalogue.js";
import { english } from "./english.js";

/** A language: the same identifiers and parameters as English. One file that `satisfies Catalogue` adds a language. */
export type Catalogue = LanguageOf<typeof english>;
export type SentenceId = keyof Catalogue;
export type PlainId = PlainIdOf<typeof english>;
export type ParamsArgument<I extends SentenceId> = ParamsOf<typeof english, I>;

export const { sentence, setLanguage } = speaker(english);
