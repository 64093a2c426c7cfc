/** `summer:0.3 winter:0.7`: styles with their shares, as people write them. */

export interface Share {
  /** A style's name or emoji, as typed. */
  readonly style: string;
  /** Above 0. Undefined when it was left out. */
  readonly weight?: number;
}

/** Styles in one blend. */
export const MAX_SHARES = 8;
const SHARE = /^(?<style>[^\s:=]{1,40})(?:[:=](?<weight>\d+(?:[.,]\d*)?%?|[.,]\d+%?))?$/u;

/** Reads shares; undefined when the text is none, has a style twice, or has too many. */
export function readShares(text: string): readonly Share[] | undefined {
  const words = text
    .trim()
    .split(/[\s,;]+(?!\d)/u)
    .filter((word) => word !== "");
  const shares = words.map(readShare);
  const known = shares.filter((share) => share !== undefined);
  if (known.length === 0 || known.length !== words.length || known.length > MAX_SHARES) return undefined;
  return new Set(known.map(({ style }) => style.toLowerCase())).size === known.length ? known : undefined;
}

export function printShares(shares: readonly Share[]): string {
  return shares.map(({ style, weight }) => (weight === undefined ? style : `${style}:${weight}`)).join(" ");
}

function readShare(word: string): Share | undefined {
  const { style, weight: typed } = SHARE.exec(word)?.groups ?? {};
  if (style === undefined) return undefined;
  if (typed === undefined) return { style };
  const number = Number(typed.replace(",", ".").replace("%", ""));
  const weight = typed.endsWith("%") ? number / 100 : number;
  return weight > 0 && weight <= 1000 ? { style, weight } : undefined;
}
