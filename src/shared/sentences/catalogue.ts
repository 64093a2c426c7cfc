/** Sentences by identifier: each a text, or a function of its parameters. */
type Sentences = Readonly<Record<string, string | ((params: never) => string)>>;

type NoParams = Record<string, never>;

/** Identifiers of sentences without parameters. */
export type PlainIdOf<C> = { [I in keyof C]: C[I] extends string ? I : never }[keyof C];

/** A sentence's parameters as an argument that can be left out where there are none. */
export type ParamsOf<C, I extends keyof C> = C[I] extends (params: infer P) => string
  ? [params: P]
  : [params?: NoParams];

/** What says the sentences of a catalogue, in the language chosen last; other languages are typed by the first one. */
export function speaker<C extends Sentences>(english: C) {
  let language = english;
  return {
    /** Chooses the language of everything that is said from now on, in this process. */
    setLanguage(catalogue: C): void {
      language = catalogue;
    },
    /**
     * A sentence in the chosen language.
     *
     * @example sentence("cancel.unknown", { id: "7KQ4M9XA" });
     */
    sentence<I extends keyof C>(identifier: I, ...[params]: ParamsOf<C, I>): string {
      const said: string | ((params: never) => string) = language[identifier] as C[I] & Sentences[string];
      // The signature has checked that these parameters are this sentence's.
      return typeof said === "string" ? said : said(params as never);
    },
  };
}

/** A number and its English noun: "1 job", "3 jobs". */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
