/** Styles of paintings: from what people name to the engine's parameters and their pictures. */

import type { ChannelRef, Credit } from "../../domain/model.js";
import { ATTACHED, PHOTO } from "../../engine/recipes/painting/options.js";
import { MASK, parseWhere, REST, readStyleWhere } from "../../engine/recipes/where/syntax.js";
import { defined } from "../../shared/defined.js";
import { kebab } from "../../shared/text.js";
import type { Options } from "../parsing/options.js";
import { readShares, type Share } from "../styles/shares.js";
import { findStyle, type StyleLibrary, styleCredit } from "../styles/style-library.js";
import { UserError } from "../user-error.js";
import type { Draft, Params, Scope } from "./recipe.js";

/** One of the engine's `styles`: which picture, what people call it, and its share. */
export interface StyleParam {
  readonly picture: string;
  readonly name: string;
  readonly weight: number;
  /** Where it is painted. */
  readonly where?: string;
}

/**
 * A painting in one style: the one that is named, else those that it has, else the second picture's.
 * @throws UserError when there is none
 */
export async function withOneStyle(draft: Draft, style: unknown, scope: Scope): Promise<Draft> {
  if (typeof style === "string") return withStyles(draft, [{ style, weight: 1 }], scope);
  if (stylesOf(draft.params).length > 0) return draft;
  if (draft.pictures.style1) return withStyles(draft, [{ style: ATTACHED, weight: 1 }], scope);
  throw new UserError("stylize.which", await offered(scope, "winter"));
}

/**
 * A painting in styles with shares.
 * @param options those of the command: a mistyped option is no style
 * @throws UserError when there is none, or not two for a sweep
 */
export async function withSharedStyles(draft: Draft, styles: unknown, scope: Scope, options: Options): Promise<Draft> {
  const shares = typeof styles === "string" ? readShares(styles) : undefined;
  if (!shares && stylesOf(draft.params).length === 0)
    throw new UserError("blend.which", await offered(scope, "summer"));
  if (shares) await checkPercents(shares, scope, options);
  const changed = shares ? await withStyles(draft, await weighed(shares, scope), scope, options) : draft;
  const chosen = stylesOf(changed.params);
  if (!(Number(changed.params.sweep) > 0)) return withPlaces(changed, shares);
  if (chosen.length !== 2) throw new UserError("blend.sweep");
  if (chosen.some(({ where }) => where !== undefined)) throw new UserError("where.sweep");
  return changed;
}

/** Of several styles without shares, a place is the first one's, and the rest of the picture is the others'. */
function withPlaces(draft: Draft, shares: readonly Share[] | undefined): Draft {
  const styles = stylesOf(draft.params);
  const newMask = draft.pictures[MASK] && !styles.some(isAtMask) ? MASK : undefined;
  const { where = newMask, ...params } = draft.params;
  const open = shares
    ? shares.every((share) => share.weight === undefined && share.where === undefined)
    : styles.some((style) => style.where === REST);
  const place = typeof where === "string" ? readStyleWhere(where) : undefined;
  if (!open || styles.length < 2 || place === undefined) return draft;
  const placed = styles.map((style, i) => {
    const weight = i > 0 && style.where === REST ? style.weight : 1;
    return { ...style, weight, where: i === 0 ? place : REST };
  });
  return { ...draft, params: { ...params, styles: placed } };
}

function isAtMask({ where }: StyleParam): boolean {
  return where !== undefined && parseWhere(where)?.kind === MASK;
}

/**
 * A texture of the style that is named, else of the picture that was found, else of words.
 * @throws UserError when there is none of them
 */
export async function withTextureStyle(draft: Draft, style: unknown, scope: Scope): Promise<Draft> {
  if (typeof style === "string") {
    const found = await findStyle(scope.styles, scope.channel, style);
    const params = { ...draft.params, style: found.name };
    return { params, pictures: { style: await found.picture() }, styleCredits: [styleCredit(found)] };
  }
  if (!draft.pictures.style && (draft.params.into ?? draft.params.away) === undefined)
    throw new UserError("texture.no-image");
  return draft;
}

async function offered({ styles, channel }: Scope, usual: string): Promise<{ styles: string; first: string }> {
  const names = (await styles.list(channel)).map(({ name }) => name);
  return { styles: names.join(", "), first: names[0] ?? usual };
}

interface Chosen {
  readonly style: string;
  readonly weight: number;
  readonly where?: string | undefined;
}

/**
 * Styles as parameters, and their pictures: those of earlier styles are dropped.
 * @throws UserError for one that is there twice, by its name and its emoji
 */
async function withStyles(
  { params, pictures }: Draft,
  chosen: readonly Chosen[],
  { channel, styles: library }: { readonly channel: ChannelRef; readonly styles: StyleLibrary },
  options: Options = {},
): Promise<Draft> {
  const kept = Object.fromEntries(Object.entries(pictures).filter(([role]) => !/^style\d/.test(role)));
  const styles: StyleParam[] = [];
  const added: Record<string, Uint8Array> = {};
  const styleCredits: Credit[] = [];
  for (const [index, { style, weight, where }] of chosen.entries()) {
    const share = { weight, ...defined({ where }) };
    if (style.toLowerCase() === PHOTO) {
      styles.push({ picture: "image", name: PHOTO, ...share });
      continue;
    }
    const picture = `style${index + 1}`;
    if (style === ATTACHED && pictures.style1) {
      added[picture] = pictures.style1;
      styles.push({ picture, name: ATTACHED, ...share });
      continue;
    }
    const found = await findStyle(library, channel, style, Object.keys(options).map(kebab));
    if (styles.some(({ name }) => name === found.name)) throw new UserError("blend.once", { style: found.name });
    added[picture] = await found.picture();
    styles.push({ picture, name: found.name, ...share });
    styleCredits.push(styleCredit(found));
  }
  return { params: { ...params, styles }, pictures: { ...kept, ...added }, styleCredits };
}

export function stylesOf(params: Params): readonly StyleParam[] {
  return Array.isArray(params.styles) ? (params.styles as StyleParam[]) : [];
}

/** A share to three digits is as exact as an eye. */
const DIGITS = 1000;

/**
 * Shares above 1 are parts, as in "summer:2 winter:1", where every style has some; beside a style that has none or less
 * than one, and alone, they are taken for percents without their sign.
 *
 * @throws UserError that asks which is meant
 */
async function checkPercents(shares: readonly Share[], { styles, channel }: Scope, options: Options): Promise<void> {
  const large = shares.find(({ weight = 0 }) => weight > 1);
  const parts = shares.length > 1 && shares.every(({ weight = 0 }) => weight >= 1);
  if (!large || parts) return;
  const { style, weight: percent = 0 } = large;
  if (style.toLowerCase() !== PHOTO) await findStyle(styles, channel, style, Object.keys(options).map(kebab));
  if (percent <= 100) throw new UserError("blend.percent", { style, percent, share: percent / 100 });
  if (shares.length === 1) throw new UserError("blend.whole", { style });
}

/**
 * Shares filled in, to sum to 1. One style alone leaves the rest to its opposite, else to the photo's own style; among
 * several, those without a share split what the others leave.
 */
async function weighed(shares: readonly Share[], scope: Scope): Promise<Chosen[]> {
  const [only, another] = shares;
  if (shares.some(({ where }) => where !== undefined)) return inPlaces(shares);
  if (only && !another) {
    const weight = only.weight ?? 0.5;
    if (weight >= 1 || only.style.toLowerCase() === PHOTO) return [{ style: only.style, weight: 1 }];
    const { opposite } = await findStyle(scope.styles, scope.channel, only.style);
    return withWeights([only, { style: opposite ?? PHOTO }], [weight, 1 - weight]);
  }
  const given = shares.reduce((sum, { weight = 0 }) => sum + weight, 0);
  const open = shares.filter(({ weight }) => weight === undefined).length;
  const left = given < 1 ? (1 - given) / Math.max(1, open) : 1;
  return withWeights(
    shares,
    shares.map(({ weight }) => weight ?? left),
  );
}

/**
 * The weights rounded, to sum to 1. Those that already do, but for their rounding, stay as they are: the line that is
 * printed of them, read again, must give the same ones.
 */
function withWeights(styles: readonly Pick<Share, "style">[], weights: readonly number[]): Chosen[] {
  const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
  const rounded = weights.map(round);
  const isWhole = Math.round(Math.abs(sum(rounded) - 1) * DIGITS) <= weights.length;
  const shares = isWhole ? rounded : weights.map((weight) => round(weight / sum(weights)));
  return styles.map(({ style }, i) => ({ style, weight: shares[i] ?? 1 }));
}

/** What has no place of its own has what the others leave; with a share beside places, too. */
function inPlaces(shares: readonly Share[]): Chosen[] {
  return shares.map(({ style, weight = 1, where = REST }) => ({ style, weight: round(weight), where }));
}

function round(share: number): number {
  return Math.max(1, Math.round(share * DIGITS)) / DIGITS;
}
