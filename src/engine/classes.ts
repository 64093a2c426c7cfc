/** `config/classes.yaml`: what the classes of a network are called, and words for several of them. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { z } from "zod";
import { nearest } from "../shared/nearest.js";

/** A class, or several that one word means. */
export interface NamedClasses {
  /** The usual name, such as "great grey owl". */
  readonly name: string;
  /** By their places among a network's classes. */
  readonly members: readonly number[];
}

/** How many classes ImageNet has. Some networks have one more before them: "background". */
const COUNT = 1000;

const File = z.strictObject({
  groups: z.record(z.string(), z.array(z.string())),
  classes: z.array(z.string()).length(COUNT),
});

interface Names {
  /** The usual names, by the classes' places. */
  readonly usual: readonly string[];
  readonly groups: readonly NamedClasses[];
  /** By each name as it is, and in the singular, in the form of {@link plain}. */
  readonly found: ReadonlyMap<string, NamedClasses>;
}

const FILE = fileURLToPath(new URL("../../config/classes.yaml", import.meta.url));
let loaded: Names | undefined;

function names(): Names {
  loaded ??= read(File.parse(parse(readFileSync(FILE, "utf8"))));
  return loaded;
}

function read({ groups, classes }: z.infer<typeof File>): Names {
  const all = classes.map((line) => line.split(", "));
  const usual = all.map(([name = ""]) => name);
  const named = (name: string, members: readonly number[]): NamedClasses => ({ name, members });
  const place = (name: string): number => {
    const at = usual.indexOf(name);
    if (at < 0) throw new Error(`${FILE}: there is no class ${name}`);
    return at;
  };
  const range = (text: string): number[] => {
    const [first = "", last = first] = text.split("..");
    const from = place(first);
    return Array.from({ length: place(last) - from + 1 }, (_, i) => from + i);
  };
  const several = Object.entries(groups).map(([name, ranges]) => named(name, ranges.flatMap(range)));
  const found = new Map<string, NamedClasses>();
  const know = (name: string, what: NamedClasses): void => {
    for (const key of [plain(name), singular(plain(name))]) if (!found.has(key)) found.set(key, what);
  };
  // A usual name goes before a word for several, and that before another name of a class.
  for (const [i, name] of usual.entries()) know(name, named(name, [i]));
  for (const group of several) know(group.name, group);
  for (const [i, [name = "", ...others]] of all.entries()) for (const other of others) know(other, named(name, [i]));
  for (const [kind, members] of kinds(usual)) know(kind, named(kind, members));
  return { usual, groups: several, found };
}

/** Classes by the last word of their names: "piano" means grand pianos and upright ones. */
function kinds(usual: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  for (const [i, name] of usual.entries()) {
    const word = name.split(/[\s-]/).at(-1) ?? "";
    if (word !== name) found.set(word, [...(found.get(word) ?? []), i]);
  }
  return found;
}

/** A name as it is compared: small letters and digits without accents; "jelly fish" is a jellyfish. */
function plain(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/[^\p{L}\p{N}]+/gu, "")
    .toLowerCase();
}

function singular(words: string): string {
  if (/(?:ss|us|is)$/.test(words)) return words;
  if (/[^aeiou]ies$/.test(words)) return words.replace(/ies$/, "y");
  if (/(?:x|ch|sh|ss|o)es$/.test(words)) return words.replace(/es$/, "");
  if (/ves$/.test(words)) return words.replace(/ves$/, "f");
  return words.replace(/s$/, "");
}

/** What a word means: a class by any of its names, in singular or plural, or several classes. */
export function findClasses(word: string): NamedClasses | undefined {
  const { found } = names();
  const key = plain(word);
  return found.get(key) ?? found.get(singular(key));
}

/** What a word means where all that is alike is meant: a cup is also a mug. */
export function findAlike(word: string): NamedClasses | undefined {
  const key = singular(plain(word));
  return names().groups.find(({ name }) => singular(plain(name)) === key) ?? findClasses(word);
}

/** The name that is most like a mistyped one; undefined when none is. */
export function nearestClass(word: string): string | undefined {
  const { found } = names();
  const near = nearest(plain(word), found.keys());
  return near === undefined ? undefined : found.get(near)?.name;
}

/** Every word that means classes by its usual form, those for several first. */
export function classWords(): readonly string[] {
  const { groups, usual } = names();
  return [...groups.map(({ name }) => name), ...usual];
}

/** What the classes of a network are called, in its order. */
export function classNames(count: number): readonly string[] {
  return [...Array.from({ length: count - COUNT }, () => "background"), ...names().usual];
}

/** Whether so many outputs are scores of the classes that are known here. */
export function isClassifier(count: number): boolean {
  return count === COUNT || count === COUNT + 1;
}

/** Where the known classes begin among so many. */
export function firstClass(count: number): number {
  return count - COUNT;
}
