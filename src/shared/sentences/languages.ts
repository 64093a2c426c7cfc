import type { Catalogue } from "./sentence.js";

/**
 * What a language calls a command, an option or a menu, and says of it. What is typed stays what it is; where a word is
 * left out, the English one of the definition is shown.
 */
interface Words {
  /** Of a command or an option: lower-case, without spaces, 32 characters at most. */
  readonly name?: string;
  readonly help?: string;
  /** Of an option's choices, by their values. */
  readonly choices?: Readonly<Record<string, string>>;
}

/** A language besides English. */
export interface Language {
  readonly sentences: Catalogue;
  /** By a command's name, such as "dream", its option, such as "dream size", or a menu's English title. */
  readonly words: Readonly<Record<string, Words>>;
}

/**
 * All languages besides English, by the names that Discord has for them, such as "de" or "pt-BR". To add one, write a
 * file beside `english.ts` and name it here: Discord shows everybody the commands in their own language.
 */
export const LANGUAGES: Readonly<Record<string, Language>> = {};
