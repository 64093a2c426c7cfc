/** Where in a picture a recipe works, as people type it: a region, a colour, a thing, or a picture of a mask. */

import { nearest } from "../../../shared/nearest.js";
import { classWords, findAlike, nearestClass } from "../../classes.js";
import { integer, text } from "../option.js";

/** Parts of a picture, by what people call them; two of them are what both have in common. */
const REGIONS = ["top", "bottom", "left", "right", "centre", "edges"] as const;
export type Region = (typeof REGIONS)[number];
const SPELLINGS: Readonly<Record<string, Region>> = { center: "centre", middle: "centre", edge: "edges" };

/** The role of the picture of a mask, and the word for it. */
export const MASK = "mask";
/** What of a transparent picture is there. */
const OPAQUE = "opaque";
/** Of several styles, what no other one has. */
export const REST = "rest";

type Place =
  | { readonly kind: "region"; readonly regions: readonly Region[] }
  /** Red, green and blue, 0..255. */
  | { readonly kind: "colour"; readonly colour: readonly [number, number, number] }
  | { readonly kind: "class"; readonly word: string; readonly members: readonly number[] }
  | { readonly kind: typeof MASK | typeof OPAQUE };

export type Where = Place & {
  /** Everywhere else instead. */
  readonly not: boolean;
  /** As it is written. */
  readonly text: string;
};

const NOT = /^(?:not[\s-]+|!\s*)/i;

/** What a text says; undefined where it means nothing. */
export function parseWhere(typed: string): Where | undefined {
  const said = typed.trim();
  const not = NOT.test(said);
  const place = placeOf(said.replace(NOT, "").trim());
  return place && { ...place.meant, not, text: `${not ? "not " : ""}${place.text}` };
}

function placeOf(said: string): { readonly meant: Place; readonly text: string } | undefined {
  const word = said.toLowerCase();
  if (word === MASK || word === OPAQUE) return { meant: { kind: word }, text: word };
  const regions = word.split(/[\s-]+/).map((part) => SPELLINGS[part] ?? REGIONS.find((region) => region === part));
  if (regions.length <= 2 && regions.every((region) => region !== undefined))
    return { meant: { kind: "region", regions }, text: regions.join(" ") };
  const hex = /^#?([0-9a-f]{6}|[0-9a-f]{3})$/.exec(word)?.[1];
  if (hex !== undefined && (said.startsWith("#") || /\d/.test(hex))) return colourOf(hex);
  const found = findAlike(word.replaceAll(/[-_]/g, " "));
  return found && { meant: { kind: "class", word: found.name, members: found.members }, text: found.name };
}

function colourOf(hex: string): ReturnType<typeof placeOf> {
  const full = hex.length === 3 ? [...hex].map((digit) => digit + digit).join("") : hex;
  const [red = 0, green = 0, blue = 0] = (full.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
  return { meant: { kind: "colour", colour: [red, green, blue] }, text: `#${full}` };
}

/** The usual form of what was typed; undefined where it is not understood. */
export function readWhere(typed: string): string | undefined {
  return parseWhere(typed)?.text;
}

/** The same for one of several styles, as one word: it may also be what the others leave. */
export function readStyleWhere(typed: string): string | undefined {
  if (typed.trim().toLowerCase() === REST) return REST;
  return readWhere(typed)?.replaceAll(" ", "-");
}

/** What helps where a word names no class: the networks know things, not what is behind them. */
const INSTEAD: readonly (readonly [words: RegExp, instead: string])[] = [
  [/^(?:skies|sky|clouds?|air|heaven|background)$/, 'try top, "not mountain" or its colour, such as #5a8fc8'],
  [/^(?:water|seas?|oceans?|rivers?|ponds?|waves?)$/, "try lakeside, seashore, bottom or its colour, such as #2a6080"],
  [/^(?:person|people|m[ae]n|wom[ae]n|girls?|boys?|child|children|faces?|heads?|foreground)$/, "try centre or a mask"],
  [/^(?:trees?|woods?|forests?|grass|meadows?|leaf|leaves|bush|bushes|plants?)$/, "try its colour, such as #4a6030"],
  [/^(?:ground|floor|roads?|paths?|streets?|earth|snow|sand)$/, "try bottom or its colour, such as #a09080"],
];

/** What the text must be, for one that is not. */
export function expectedWhere(typed: string): string {
  const regions = REGIONS.join(", ");
  const all = `${regions}, a colour such as #0080ff, mask, or a thing that the network knows, such as mountain`;
  const word = typed.trim().replace(NOT, "").toLowerCase();
  const instead = INSTEAD.find(([words]) => words.test(word))?.[1];
  if (instead !== undefined) return `${all}. It knows no ${word}: ${instead}`;
  const near = nearest(word, [...REGIONS, MASK]) ?? nearestClass(word);
  return near === undefined ? all : `${all}. Did you mean ${near}?`;
}

/** Words that one that is being typed may become. */
export function completeWhere(typed: string, limit: number): string[] {
  const not = NOT.exec(typed)?.[0] ?? "";
  const wanted = typed.slice(not.length).toLowerCase();
  const words = [...REGIONS, MASK, OPAQUE, ...classWords()].filter((word) => word.toLowerCase().startsWith(wanted));
  return words.slice(0, limit).map((word) => `${not === "" ? "" : "not "}${word}`);
}

/** The most that an edge may be softened by, in pixels. */
const MAX_FEATHER = 512;

/** Options of recipes that can work on a part of a picture. */
export const whereOptions = {
  where: text(
    {
      help: "Only there: a region, a colour, a thing in the picture, or a mask's picture",
      more:
        "`top`, `bottom`, `left`, `right`, `centre`, `edges`, two of them for a corner; `#0080ff`; a thing that the " +
        "network knows, as `mountain`; `mask`: a picture that is white there; `opaque`: what of a transparent " +
        "picture is there. `not` before it turns it round.",
      expected: expectedWhere,
      read: readWhere,
    },
    "where",
  ),
  feather: integer({
    help: "How far the edge of where goes over into the rest",
    more: "Left out, 1/64 of the longest side, of regions 1/12. Farther away every pixel stays as it was.",
    unit: "px",
    minimum: 0,
    maximum: MAX_FEATHER,
  }),
};

/** The picture of a mask, among those that a recipe takes. */
export const maskPicture = {
  help: "A second picture that is white where, or transparent elsewhere",
  without: "all of the picture is worked on",
  second: true,
  notInCli: "--where names its file.",
};
