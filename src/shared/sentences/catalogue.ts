/** Sentences by identifier: each a text with its parameters in braces, or a function of them. */
type Sentences = Readonly<Record<string, string | ((params: never) => string)>>;

/** A language: a text for each text of the first one, a function for each function. */
export type LanguageOf<C extends Sentences> = { readonly [I in keyof C]: C[I] extends string ? string : C[I] };

/** The parameters that a text names: `id` of "Cancelled {id}." */
type Named<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Named<Rest> : never;

type Params<T> = T extends string
  ? Readonly<Record<Named<T>, string | number>>
  : T extends (params: infer P) => string
    ? P
    : never;

/** Identifiers of sentences without parameters. */
export type PlainIdOf<C> = { [I in keyof C]: keyof Params<C[I]> extends never ? I : never }[keyof C];

/** A sentence's parameters as an argument that can be left out where there are none. */
export type ParamsOf<C, I extends keyof C> =
  I extends PlainIdOf<C> ? [params?: Record<string, never>] : [params: Params<C[I]>];

/**
 * What says the sentences of a catalogue, in the language chosen last. The first one, `as const`, types the parameters.
 */
export function speaker<const C extends Sentences>(english: C) {
  let language: LanguageOf<C> = english as LanguageOf<C>;
  return {
    /** Chooses the language of everything that is said from now on, in this process. */
    setLanguage(catalogue: LanguageOf<C>): void {
      language = catalogue;
    },
    /**
     * A sentence in the chosen language.
     *
     * @example sentence("cancel.unknown", { id: "7KQ4M9XA" });
     */
    sentence<I extends keyof C>(identifier: I, ...params: ParamsOf<C, I>): string {
      return say(language, identifier, ...params);
    },
    /** A sentence in another language, for platforms that show each user their own. */
    sentenceIn: say<C, keyof C>,
  };
}

function say<C extends Sentences, I extends keyof C>(
  language: LanguageOf<C>,
  identifier: I,
  ...[params]: ParamsOf<C, I>
) {
  const said = language[identifier] as string | ((params: never) => string);
  // The signature has checked that these parameters are this sentence's.
  if (typeof said !== "string") return said(params as never);
  const values: Readonly<Record<string, unknown>> = params ?? {};
  return said.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
}

/** A number and its English noun: "1 job", "3 jobs". */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** "1st", "2nd", "3rd", "4th", "11th", "21st". */
export function ordinal(number: number): string {
  const tens = number % 100;
  const ending = tens >= 11 && tens <= 13 ? "th" : (["th", "st", "nd", "rd"][number % 10] ?? "th");
  return `${number}${ending}`;
}
