import { FILM_BYTES, FINISHED } from "../../engine/recipes/common-options.js";
import {
  completed,
  costKey,
  megabytesOf,
  type PictureRole,
  pixelsAtOnce,
  type RecipeDefinition,
} from "../../engine/recipes/definition.js";
import { ATTACHED_GUIDE, GUIDE } from "../../engine/recipes/dream/guide.js";
import { framesOf, isMorph, variationsOf } from "../../engine/recipes/outcome.js";
import { ATTACHED } from "../../engine/recipes/painting/options.js";
import { TAUGHT } from "../../engine/recipes/teach/definition.js";
import { MASK, REST } from "../../engine/recipes/where/syntax.js";
import { kebab, plainNumber } from "../../shared/text.js";
import type { BotOptions } from "../bot-options.js";
import { checkLook, taughtLook } from "../looks/taught-look.js";
import type { Argument } from "../parsing/command-line.js";
import type { Options } from "../parsing/options.js";
import { UserError } from "../user-error.js";
import { checkCanName } from "./can-name.js";
import { dreamWith, withLookFile } from "./change-dream.js";
import { withGuide } from "./guide.js";
import { replacedBy } from "./instead-of.js";
import {
  chatBounds,
  chatOptions,
  type Draft,
  type Params,
  printOptions,
  type Recipe,
  randomSeed,
  type Scope,
  SIDES,
  type UnnamedImage,
} from "./recipe.js";
import { type StyleParam, stylesOf, withOneStyle, withSharedStyles, withTextureStyle } from "./styles.js";

const largestOf = (params: Params): number => Math.max(...SIDES.map((side) => Number(params[side] ?? 0)));

/** A recipe as the chats of an installation offer it. */
export function chatRecipe(definition: RecipeDefinition, botOptions: BotOptions): Recipe {
  const options = chatOptions(definition, botOptions);
  const usual = chatDefaults(definition, botOptions);
  return {
    name: definition.name,
    command: definition.command,
    version: definition.version,
    imageRole: mainOf(definition)?.[0],
    options,
    title: (params) => definition.title(completed(definition, params)),
    deed: (params) => definition.deed(completed(definition, params)),
    film: (params) => definition.film(completed(definition, params)),
    defaults: () => ({ ...usual, seed: randomSeed() }),
    change: (draft, changes, scope) => changed({ definition, botOptions, options, usual }, draft, changes, scope),
    print: (params, roles) => [...printed(definition, options, params), ...withoutImage(definition, roles)],
    unnamedImages: (params, roles) => unnamedImages(definition, params, roles),
    side: (params) => definition.side?.(completed(definition, params)) ?? largestOf(params),
    goesOn(params) {
      const all = completed(definition, params);
      return definition.goesOn?.(all) === true && !definition.film(all) && variationsOf(params) === 1;
    },
    cost(params, done) {
      const all = completed(definition, params);
      return definition.cost(all, done, pixelsAtOnce(definition.footprint(all), botOptions.mapsMegabytes));
    },
    memory: (params) => megabytesOf(definition.footprint(completed(definition, params)), botOptions.mapsMegabytes),
    costKey: (params) => costKey(definition, params),
  };
}

/**
 * What chats give the engine where a person says nothing: every default that is not the engine's own, and the network.
 */
function chatDefaults(definition: RecipeDefinition, botOptions: BotOptions): Params {
  const defaults = Object.entries(definition.options).flatMap(([key, option]) => {
    const { default: usual } = chatBounds(option, botOptions);
    // A look depends on the network: it is chosen last.
    if (option.kind === "look") return [];
    const said = option.kind === "network" || option.setting?.default !== undefined || usual !== option.default;
    return said ? [[key, usual]] : [];
  });
  return Object.fromEntries(defaults);
}

interface Offer {
  readonly definition: RecipeDefinition;
  readonly botOptions: BotOptions;
  readonly options: Options;
  /** See {@link chatDefaults}. */
  readonly usual: Params;
}

async function changed(offer: Offer, { params: before, pictures }: Draft, given: Params, scope: Scope): Promise<Draft> {
  const { definition, botOptions, options } = offer;
  const params = without(before, replacedBy(options, given));
  const { style, styles, like, ...rest } = given;
  const changes = { ...impliedValues(offer, rest), ...rest };
  const kinds = new Set(Object.values(definition.options).map(({ kind }) => kind));
  const dreams = kinds.has("look");
  const mayBeTaught = dreams && (changes.look !== undefined || pictures[TAUGHT] !== undefined);
  const taught = mayBeTaught ? await taughtLook({ params, pictures, changes }, scope, botOptions) : undefined;
  if (dreams && !taught && typeof changes.look === "string")
    checkLook(changes.look, scope.channel, scope.looks, botOptions);
  const merged = dreams ? dreamWith(taught, { botOptions, params, changes }) : { ...params, ...changes };
  const settled = withoutUndefined(oneOutcome(merged, rest));
  if (saysWords(definition, settled)) checkCanName(settled.network, botOptions);
  const { maxBytes: _, ...still } = settled;
  const made = { params: { ...still, ...filmBytes(definition, settled, scope) }, pictures };
  const draft = dreams ? withLookFile(made, taught) : made;
  if (like !== undefined || pictures[GUIDE]) return withGuide(draft, like, scope);
  if (kinds.has("style")) return withTextureStyle(draft, style, scope);
  if (!definition.options.styles) return draft;
  return definition.options.styles.several
    ? withSharedStyles(draft, styles, scope, options)
    : withOneStyle(draft, style, scope);
}

/** Whether something is to be made that a network must know by its name. */
function saysWords({ options }: RecipeDefinition, params: Params): boolean {
  return Object.entries(options).some(([key, { kind }]) => kind === "classes" && params[key] !== undefined);
}

/**
 * What a preset sets, or other options imply, within the bounds that hold here, and the usual values where a preset
 * sets nothing, undefined where there are none: a job that is repeated with another preset keeps nothing of the one
 * before.
 */
function impliedValues({ definition, botOptions, usual }: Offer, given: Params): Params {
  const { preset } = given;
  const implied = definition.defaultsWith?.(given) ?? {};
  const chosen = typeof preset === "string";
  const keys = new Set([
    ...Object.keys(implied),
    ...(chosen ? Object.values(definition.presets).flatMap(Object.keys) : []),
  ]);
  const values: Params = { ...implied, ...(chosen && definition.presets[preset]) };
  const entries = [...keys].map((key) => {
    const value = values[key] ?? usual[key];
    const option = definition.options[key];
    if (typeof value !== "number" || !option) return [key, value];
    const { minimum, maximum } = chatBounds(option, botOptions);
    return [key, Math.min(maximum, Math.max(minimum, value))];
  });
  return Object.fromEntries(entries);
}

/**
 * A morph, a sheet of variations, or a film of a moving picture: of the first two, the one that is asked for takes the
 * place of the other.
 * @throws UserError when two are asked for
 */
function oneOutcome(params: Params, given: Params): Params {
  const others = isMorph(params) || variationsOf(params) > 1 || Number(params.sweep ?? 0) > 0;
  if (framesOf(params) > 1 && others) throw new UserError("moving.or-other");
  if (!isMorph(params) || variationsOf(params) === 1) return params;
  if (isMorph(given) && variationsOf(given) > 1) throw new UserError("morph.or-repeat");
  return isMorph(given) ? { ...params, repeat: undefined } : { ...params, morph: undefined };
}

function without(params: Params, keys: readonly string[]): Params {
  return Object.fromEntries(Object.entries(params).filter(([key]) => !keys.includes(key)));
}

function withoutUndefined(params: Params): Params {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));
}

/** Keeps a film within what its platform takes: films cannot be made smaller afterwards as pictures can. */
function filmBytes(definition: RecipeDefinition, params: Params, { chat }: Scope): Params {
  const isFilm = definition.options.maxBytes && definition.film(completed(definition, params));
  return isFilm ? { maxBytes: Math.min(FILM_BYTES, chat.capabilities.uploadBytes) } : {};
}

/** Arguments that say the same again. */
function printed({ options }: RecipeDefinition, chatOptionsOf: Options, params: Params): Argument[] {
  const { style, styles: _, ...rest } = params;
  const shares = options.styles ? stylesOf(params) : [];
  const names =
    options.styles?.several === true
      ? shares.map(({ name, ...share }) => ({ key: name, value: printShare(share) }))
      : [...shares.map(({ name }) => name), ...(typeof style === "string" ? [style] : [])].map((name) =>
          named(name, chatOptionsOf),
        );
  return [...names, ...printOptions(chatOptionsOf, rest)];
}

/** What the others leave may have a share as well: it is then read as beside them. */
function printShare({ weight, where }: Pick<StyleParam, "weight" | "where">): string {
  return where === undefined || (where === REST && weight !== 1) ? plainNumber(weight) : where;
}

/** A recipe that may begin with an image says that it began without: the line would take one from the channel. */
function withoutImage(definition: RecipeDefinition, roles: readonly string[] | undefined): Argument[] {
  const main = mainOf(definition);
  if (!roles || main?.[1].without === undefined || roles.includes(main[0])) return [];
  return [{ key: "picture", value: "none" }];
}

/** A style without its option's name, unless it would be taken for an option. */
function named(name: string, options: Options): Argument {
  return Object.keys(options).some((key) => kebab(key) === name.toLowerCase())
    ? { key: "style", value: name }
    : { value: name };
}

/** A style that is named brings its image; of several, those that were sent have no name. */
function unnamedImages(
  definition: RecipeDefinition,
  params: Params,
  roles: readonly string[],
): readonly UnnamedImage[] {
  const [main] = mainOf(definition) ?? [];
  const image = main !== undefined && roles.includes(main) && params.style === undefined;
  const style = definition.options.styles && stylesOf(params).some(({ name }) => name === ATTACHED);
  const guide = roles.includes(GUIDE) && params.like === ATTACHED_GUIDE;
  const mask = roles.includes(MASK);
  return [
    ...(image ? ["image" as const] : []),
    ...(style ? ["style" as const] : []),
    ...(guide ? ["guide" as const] : []),
    ...(mask ? ["mask" as const] : []),
    ...(roles.includes(FINISHED) ? ["finished" as const] : []),
  ];
}

/** The picture to work on; a recipe that begins with noise has none. */
export function mainOf({ pictures }: RecipeDefinition): readonly [role: string, PictureRole] | undefined {
  return Object.entries(pictures).find(([, { second }]) => !second);
}
