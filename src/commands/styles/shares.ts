import { expectedWhere, readStyleWhere } from "../../engine/recipes/where/syntax.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { plain, plainNumber } from "../../shared/text.js";

/** `summer:0.3 winter:0.7`: styles with their shares, as people write them. */

export interface Share {
  /** A style's name or emoji, as typed. */
  readonly style: string;
  /** Above 0. Undefined when it was left out. */
  readonly weight?: number;
  /** Where it is painted, in the place of a share. */
  readonly where?: string;
}

/** Styles in one blend. */
export const MAX_SHARES = 8;
const MAX_WEIGHT = 1000;
/** A chat's own emoji have colons around their names. */
const SHARE =
  /^(?<style>[^\s:=]{1,40}|:[^\s:=]{1,40}:)(?:[:=](?:(?<weight>\d+(?:[.,]\d*)?%?|[.,]\d+%?)|(?<place>\S{1,60})))?$/u;

/** Reads shares; undefined when {@link expectedShares} says what is wrong with the text. */
export function readShares(text: string): readonly Share[] | undefined {
  const shares = wordsOf(text).map(readShare);
  const known = shares.filter((share) => share !== undefined);
  const whole = known.length > 0 && known.length === shares.length && known.length <= MAX_SHARES;
  return whole && repeated(known) === undefined && known.every(({ weight = 1 }) => isShare(weight)) ? known : undefined;
}

/** What a text that is no shares must be: the first thing that is wrong with it. */
export function expectedShares(text: string): string {
  const shares = wordsOf(text).map(readShare);
  const known = shares.filter((share) => share !== undefined);
  const place = wordsOf(text).flatMap((word) => SHARE.exec(word)?.groups?.place ?? []);
  const unknown = place.find((where) => readStyleWhere(where) === undefined);
  if (unknown !== undefined)
    return sentence("option.expected.place", { unknown: plain(unknown), places: expectedWhere(unknown) });
  if (known.length === 0 || known.length < shares.length) return sentence("option.expected.shares");
  const wrong = known.find(({ weight = 1 }) => !isShare(weight));
  if (wrong) return sentence("option.expected.share", { share: plain(printShares([wrong])), most: MAX_WEIGHT });
  const style = repeated(known);
  if (style !== undefined) return sentence("option.expected.once", { style: plain(style) });
  return sentence("option.expected.most", { most: MAX_SHARES });
}

/** A place of several words is one word here: `night:"not mountain"` is `night:not-mountain`. */
function wordsOf(text: string): string[] {
  return text
    .replaceAll(/"([^"]*)"/g, (_, inside: string) => inside.trim().replaceAll(/\s+/g, "-"))
    .trim()
    .split(/[\s,;]+(?!\d)/u)
    .filter((word) => word !== "");
}

/** A style that is named again. */
function repeated(shares: readonly Share[]): string | undefined {
  const names = shares.map(({ style }) => style.toLowerCase());
  return shares.find(({ style }, index) => names.indexOf(style.toLowerCase()) < index)?.style;
}

function isShare(weight: number): boolean {
  return weight > 0 && weight <= MAX_WEIGHT;
}

export function printShares(shares: readonly Share[]): string {
  return shares
    .map(({ style, weight, where = weight && plainNumber(weight) }) =>
      where === undefined ? style : `${style}:${where}`,
    )
    .join(" ");
}

function readShare(word: string): Share | undefined {
  const { style, weight: typed, place } = SHARE.exec(word)?.groups ?? {};
  if (style === undefined) return undefined;
  if (place !== undefined) {
    const where = readStyleWhere(place);
    return where === undefined ? undefined : { style, where };
  }
  if (typed === undefined) return { style };
  const number = Number(typed.replace(",", ".").replace("%", ""));
  return { style, weight: typed.endsWith("%") ? number / 100 : number };
}
