import type { BotOptions } from "../bot-options.js";
import { integerOption, numberOption, textOption } from "../parsing/options.js";
import { printShares, readShares, type Share } from "../styles/shares.js";
import { findStyle } from "../styles/style-library.js";
import { UserError } from "../user-error.js";
import { randomSeed } from "./common.js";
import { filmBytes, formatOption } from "./film.js";
import { PHOTO, paintingMemory, paintingWork, photoOptions, stylesOf, withStyles } from "./painting.js";
import { type Draft, printOptions, type Recipe, type Scope } from "./recipe.js";

/** A photo in several styles at once, each with its share; or a film from one style to another. */
export function blendRecipe(botOptions: BotOptions): Recipe {
  const options = {
    styles: textOption({
      help: "Styles with shares: summer:0.3 winter:0.7; one alone leaves the rest to its opposite or the photo",
      expected: "styles with shares, such as summer:0.3 winter:0.7",
      read: (typed) => {
        const shares = readShares(typed);
        return shares && printShares(shares);
      },
      collects: true,
      completes: "styles",
    }),
    ...photoOptions(botOptions),
    sweep: integerOption({
      help: "Pictures of a film from the first style to the second and back",
      minimum: 0,
      maximum: botOptions.film.maxSweep,
      default: 0,
    }),
    framesPerSecond: numberOption({ help: "Pictures a second of the film", minimum: 1, maximum: 30, default: 6 }),
    format: formatOption(),
  };
  return {
    name: "blend",
    command: "blend",
    options,
    title: (params) => {
      const names = stylesOf(params).map(({ name }) => name);
      return `${Number(params.sweep) > 0 ? "Sweep" : "Blend"} of ${names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : names.join("")}`;
    },
    defaults: () => {
      const { size, strength, network } = botOptions.paint;
      return { strength, size, seed: randomSeed(), network };
    },
    async change({ params, pictures }, { styles, ...changes }, scope) {
      const draft: Draft = { params: { ...params, ...changes, ...filmBytes(scope) }, pictures };
      const shares = typeof styles === "string" ? readShares(styles) : undefined;
      if (!shares && stylesOf(params).length === 0) throw new UserError(await ask(scope));
      const changed = shares ? await withStyles(draft, await weighed(shares, scope), scope, options) : draft;
      if (Number(changed.params.sweep) > 0 && stylesOf(changed.params).length !== 2) {
        throw new UserError("blend.sweep");
      }
      return changed;
    },
    print: (params) => [
      ...stylesOf(params).map(({ name, weight }) => ({ key: name, value: String(weight) })),
      ...printOptions(options, { ...params, styles: undefined }),
    ],
    cost: (params) => paintingWork(params, botOptions) * Math.max(1, Number(params.sweep ?? 0)),
    memory: (params) => paintingMemory(params, botOptions, { pictures: Number(params.sweep ?? 0) }),
    costKey: (params) => `blend ${String(params.network)}`,
  };
}

async function ask({ styles, channel }: Scope): Promise<string> {
  const names = (await styles.list(channel)).map(({ name }) => name);
  return `Which styles? There are ${names.join(", ")}. For example: \`/blend ${names[0] ?? "summer"}:0.3\``;
}

/** A share to three digits is as exact as an eye. */
const DIGITS = 1000;

/**
 * Shares filled in, to sum to 1. One style alone leaves the rest to its opposite, else to the photo's own style; among several, those
 * without a share split what the others leave.
 */
async function weighed(shares: readonly Share[], scope: Scope): Promise<{ style: string; weight: number }[]> {
  const [only, another] = shares;
  if (only && !another) {
    const weight = only.weight ?? 0.5;
    if (weight >= 1 || only.style.toLowerCase() === PHOTO) return [{ style: only.style, weight: 1 }];
    const { opposite } = await findStyle(scope.styles, scope.channel, only.style);
    return [
      { style: only.style, weight },
      { style: opposite ?? PHOTO, weight: round(1 - weight) },
    ];
  }
  const given = shares.reduce((sum, { weight = 0 }) => sum + weight, 0);
  const open = shares.filter(({ weight }) => weight === undefined).length;
  const left = given < 1 ? (1 - given) / Math.max(1, open) : 1;
  const weights = shares.map(({ weight }) => weight ?? left);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return shares.map(({ style }, i) => ({ style, weight: round((weights[i] ?? 0) / total) }));
}

function round(share: number): number {
  return Math.max(1, Math.round(share * DIGITS)) / DIGITS;
}
