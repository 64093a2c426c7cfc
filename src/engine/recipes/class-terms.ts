/** What to dream into: names of classes with weights, as people type them. */
import { classWords, findClasses, type NamedClasses, nearestClass } from "../classes.js";

interface ClassTerm extends NamedClasses {
  readonly weight: number;
}

/** The most things that one text may name. */
export const MOST_CLASS_TERMS = 8;
/** Weights are of a size that a picture can follow. */
const LARGEST = 10;
/** Words between two names. */
const BETWEEN = /^(?:and|or|\+|&)$/;
/** Words before a name that are none by themselves: "two" alone is not a bicycle built for two. */
const BEFORE = /^(?:an?|the|my|some|many|\d+|one|two|three|four|five|six|seven|eight|nine|ten)$/i;

/** A text's terms, or the first word of it that means no class; undefined where it says nothing that can be meant. */
export function readClassTerms(text: string): readonly ClassTerm[] | { readonly unknown: string } | undefined {
  const words = text
    .trim()
    .split(/[\s,]+/)
    .filter((word) => word !== "" && !BETWEEN.test(word.toLowerCase()));
  const terms: ClassTerm[] = [];
  while (words.length > 0) {
    const term = longest(words);
    // "two dogs" are dogs, but "three toed sloth" is a name.
    if (BEFORE.test(words[0] ?? "") && (term?.words ?? 1) === 1) {
      words.shift();
      continue;
    }
    if (!term) return { unknown: words.slice(0, 3).join(" ").replace(/:.*/, "") };
    if (!(Math.abs(term.weight) <= LARGEST && term.weight !== 0)) return undefined;
    words.splice(0, term.words);
    terms.push({ name: term.name, members: term.members, weight: term.weight });
  }
  return terms.length > 0 && terms.length <= MOST_CLASS_TERMS ? terms : undefined;
}

/** The longest name that some words begin with: "great grey owl:0.5 castle" begins with an owl. */
function longest(words: readonly string[]): (ClassTerm & { readonly words: number }) | undefined {
  for (let count = Math.min(words.length, 6); count > 0; count--) {
    const [, name = "", weight = "1"] = /^(.*?)(?::([-+]?\d*\.?\d+))?$/.exec(words.slice(0, count).join(" ")) ?? [];
    const found = name.includes(":") ? undefined : findClasses(name.replaceAll(/[-_]/g, " "));
    if (found) return { ...found, weight: Number(weight), words: count };
  }
  return undefined;
}

/** The terms of a text that is understood. */
function termsOf(text: string): readonly ClassTerm[] | undefined {
  const terms = readClassTerms(text);
  return terms && !("unknown" in terms) ? terms : undefined;
}

/** The terms in their usual form: "great-grey-owl:0.7 castle". */
function printClassTerms(terms: readonly ClassTerm[]): string {
  return terms.map(({ name, weight }) => `${name.replaceAll(" ", "-")}${weight === 1 ? "" : `:${weight}`}`).join(" ");
}

/** The names of terms: "jellyfish", "castle". */
export function classTermNames(text: string | undefined): readonly string[] | undefined {
  return text === undefined ? undefined : termsOf(text)?.map(({ name }) => name);
}

/** The names of terms in plain words: "jellyfish and castle". */
export function sayClassTerms(text: string): string {
  const names = [...(classTermNames(text) ?? [text])];
  const [last = "", ...others] = names.reverse();
  return others.length === 0 ? last : `${others.reverse().join(", ")} and ${last}`;
}

/** The usual form of what was typed; undefined where it is not understood. */
export function readClasses(typed: string): string | undefined {
  const terms = termsOf(typed);
  return terms && printClassTerms(terms);
}

/** Whole texts that one that is being typed may become: its last name completed, or the first names there are. */
export function completeClasses(typed: string, limit: number): string[] {
  const words = typed.split(" ");
  for (let at = 0; at < words.length; at++) {
    const [before, last] = [words.slice(0, at).join(" "), words.slice(at).join(" ")];
    const terms = before === "" ? [] : termsOf(before);
    if (!terms) continue;
    const found = wordsLike(last.replaceAll("-", " "));
    if (found.length === 0 && at < words.length - 1) continue;
    const start = terms.length > 0 ? `${printClassTerms(terms)} ` : "";
    return found.slice(0, limit).map((word) => start + word.replaceAll(" ", "-"));
  }
  return [];
}

/** Names that begin so, then those that contain it. */
function wordsLike(typed: string): string[] {
  const wanted = typed.toLowerCase();
  const all = classWords().map((word) => ({ word, at: word.toLowerCase().indexOf(wanted) }));
  const [begin, contain] = [all.filter(({ at }) => at === 0), all.filter(({ at }) => at > 0)];
  return [...begin, ...contain].map(({ word }) => word);
}

/** What may be meant by words that mean no class. */
export function classNear(unknown: string): string | undefined {
  return nearestClass(unknown) ?? nearestClass(unknown.split(" ")[0] ?? "");
}

/** What a text of classes must be, for one that is not. */
export function expectedClasses(typed: string): string {
  const terms = readClassTerms(typed);
  if (!terms || !("unknown" in terms))
    return `1 to ${MOST_CLASS_TERMS} things with weights, such as "jellyfish:0.7 castle:0.3"`;
  const near = classNear(terms.unknown);
  return near === undefined
    ? `things that the network knows, such as ${classWords().slice(0, 4).join(", ")} or castle`
    : `things that the network knows. Did you mean ${near}?`;
}
