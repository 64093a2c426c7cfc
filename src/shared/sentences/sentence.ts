import { type LanguageOf, type ParamsOf, type PlainIdOf, speaker } from "./catalogue.js";
import { english } from "./english.js";

/** A language: the same identifiers and parameters as English. `languages.ts` tells how one is added. */
export type Catalogue = LanguageOf<typeof english>;
export type SentenceId = keyof Catalogue;
export type PlainId = PlainIdOf<typeof english>;
export type ParamsArgument<I extends SentenceId> = ParamsOf<typeof english, I>;

export const { sentence, setLanguage, sentenceIn } = speaker(english);
