import { blendDefinition } from "../../engine/recipes/blend/definition.js";
import { FILM_BYTES, FINISHED, fileOptions } from "../../engine/recipes/common-options.js";
import {
  completed,
  costKey,
  megabytesOf,
  pixelsAtOnce,
  type RecipeDefinition,
} from "../../engine/recipes/definition.js";
import { DEFINITIONS } from "../../engine/recipes/definitions.js";
import { ATTACHED_GUIDE, GUIDE } from "../../engine/recipes/dream/guide.js";
import { framesOf, isMorph, variationsOf } from "../../engine/recipes/outcome.js";
import { ATTACHED } from "../../engine/recipes/painting/options.js";
import { TAUGHT, teachDefinition } from "../../engine/recipes/teach/definition.js";
import { MASK, parseWhere } from "../../engine/recipes/where/syntax.js";
import { defined } from "../../shared/defined.js";
import { kebab } from "../../shared/text.js";
import type { BotOptions } from "../bot-options.js";
import { type Command, type CommandContext, defineCommand } from "../command.js";
import { type FoundImage, findFurtherImage, findGivenImage, findImage } from "../images/find-image.js";
import { imageOption, isLeftOpen, type WantedImage } from "../images/image-option.js";
import { readVoteRequest, voteOptions } from "../interactive/votes/vote-request.js";
import { checkLook, lookCredits, taughtLook } from "../looks/taught-look.js";
import type { Argument } from "../parsing/command-line.js";
import type { Options } from "../parsing/options.js";
import { UserError } from "../user-error.js";
import { checkCanName } from "./can-name.js";
import { findGuide, withGuide } from "./guide.js";
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
import { startJob } from "./start-job.js";
import { stylesOf, withOneStyle, withSharedStyles, withTextureStyle } from "./styles.js";

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

async function changed(offer: Offer, { params, pictures }: Draft, given: Params, scope: Scope): Promise<Draft> {
  const { definition, botOptions, options } = offer;
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

/** A dream's parameters with some changed, where a taught look is as good as the network's own. */
function dreamWith(
  taught: Awaited<ReturnType<typeof taughtLook>>,
  {
    botOptions,
    params,
    changes,
  }: { readonly botOptions: BotOptions; readonly params: Params; readonly changes: Params },
): Params {
  if (!taught) return changeDream(botOptions, params, changes);
  const { name, network } = taught.look;
  const looks = [...botOptions.looks, { name, help: "", networks: [network] }];
  return changeDream({ ...botOptions, looks }, params, { ...changes, network });
}

/** The taught look's file goes with the job as long as it dreams of it. */
function withLookFile({ params, pictures }: Draft, taught: Awaited<ReturnType<typeof taughtLook>>): Draft {
  const { [TAUGHT]: before, ...others } = pictures;
  if (taught && params.look === taught.look.name)
    return { params, pictures: { ...others, [TAUGHT]: taught.file }, lookCredits: lookCredits(taught.look) };
  return { params, pictures: others, ...(before && { lookCredits: [] }) };
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
      ? shares.map(({ name, weight, where = String(weight) }) => ({ key: name, value: where }))
      : [...shares.map(({ name }) => name), ...(typeof style === "string" ? [style] : [])].map((name) =>
          named(name, chatOptionsOf),
        );
  return [...names, ...printOptions(chatOptionsOf, rest)];
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

/**
 * A dream's parameters with some changed, and what the change leaves without meaning taken out.
 * @throws UserError when the changes exclude one another, or the network has no such look
 */
export function changeDream(botOptions: BotOptions, params: Params, changes: Params): Params {
  if (changes.look !== undefined && changes.layers !== undefined) throw new UserError("dream.look-or-layers");
  const { look: oldLook, layers: oldLayers, channels: oldChannels, ...rest } = { ...params, ...changes };
  const network = String(rest.network);
  const kept = params.network === rest.network && changes.look === undefined;
  const channels = changes.channels ?? (kept && changes.layers === undefined ? oldChannels : undefined);
  const layers = changes.layers ?? (kept && changes.channels === undefined ? oldLayers : undefined);
  const chosen = channels === undefined ? rest : { channels, ...rest };
  if (layers !== undefined) return { ...chosen, layers };
  const asked = changes.look !== undefined || (params.network === rest.network && oldLook !== undefined);
  // A word says what to dream of; a look that is asked for, or was before, mixes in.
  const mixesIn = oldLook !== undefined && (changes.into ?? changes.away) === undefined;
  if ((rest.into ?? rest.away) !== undefined && changes.look === undefined && !mixesIn) return chosen;
  const look = lookFor(botOptions, network, changes.look ?? oldLook, asked);
  return look === undefined ? chosen : { look, ...chosen };
}

function lookFor(botOptions: BotOptions, network: string, wanted: unknown, asked: boolean): string | undefined {
  const known = botOptions.looks.filter((look) => look.networks.includes(network)).map((look) => look.name);
  if (typeof wanted === "string" && known.includes(wanted)) return wanted;
  const [first] = known;
  // A network that is in no folder of ours: only the engine knows its looks, and which of them is its default.
  if (first === undefined) return typeof wanted === "string" && asked ? wanted : undefined;
  if (asked)
    throw new UserError("dream.look-unknown", { network, look: String(wanted), known: known.join(", "), first });
  return known.includes(botOptions.dream.look) ? botOptions.dream.look : first;
}

/** By role. */
type FoundImages = Readonly<Record<string, FoundImage>>;

interface Questions {
  readonly help?: string;
  /** Asks people what was left open, instead of starting a job; returns whether it did. */
  ask(context: CommandContext, images: FoundImages, given: Params, questions: Params): Promise<boolean>;
  /** Options for `ask` alone: they are no parameters of the recipe, and not printed with a job. */
  readonly questions?: Options;
}

/** What some commands ask first, when something was left open. */
const QUESTIONS: Readonly<Record<string, Questions>> = {
  stylize: {
    async ask(context, { image: photo, style1: style, mask }, given) {
      if (!photo || style || mask || given.style !== undefined) return false;
      await context.palettes.open({ ...context, photo, given });
      return true;
    },
  },
  blend: {
    help: `${blendDefinition.help}, or let the channel vote`,
    questions: voteOptions,
    async ask(context, { image: photo }, given, asked) {
      const vote = readVoteRequest(given, asked);
      if (!vote || !photo) return false;
      await context.votes.open({ ...context, photo, given: vote.given }, vote.request);
      return true;
    },
  },
};

export function recipeCommands(botOptions: BotOptions): {
  readonly recipes: readonly Recipe[];
  readonly commands: readonly Command[];
} {
  const offered = DEFINITIONS.map((definition) => ({ definition, recipe: chatRecipe(definition, botOptions) }));
  return {
    recipes: [...offered.map(({ recipe }) => recipe), { ...chatRecipe(teachDefinition, botOptions), once: true }],
    commands: offered.map(({ definition, recipe }) => recipeCommand(definition, recipe)),
  };
}

/** A command that starts jobs of one recipe: its options are the recipe's, with the image to work on. */
function recipeCommand(definition: RecipeDefinition, recipe: Recipe): Command {
  const { examples } = definition;
  const { help = definition.help, ask, questions = {} } = QUESTIONS[definition.name] ?? {};
  return defineCommand({
    name: recipe.command,
    help,
    options: inOrder({ ...recipe.options, ...questions, ...imageOptions(definition) }),
    examples,
    needsPicture({ picture: wanted, ...given }: Params) {
      const { main, named } = imagesOf(definition);
      return (
        main !== undefined &&
        isLeftOpen(wanted as WantedImage | undefined) &&
        (named === undefined || given[named] === undefined) &&
        !definition.beginsAlone?.(given)
      );
    },
    async run({ picture: wanted, ...values }: Params, context) {
      const isQuestion = ([key]: [string, unknown]): boolean => Object.hasOwn(questions, key);
      const asked = Object.fromEntries(Object.entries(values).filter(isQuestion));
      const given = Object.fromEntries(Object.entries(values).filter((entry) => !isQuestion(entry)));
      const images = await findImages(definition, wanted as WantedImage | undefined, given, context);
      if (!images) throw new UserError("image.none", { line: examples[0] ?? "", noise: mayDoWithout(definition) });
      if (await ask?.(context, images, given, asked)) return;
      await startJob({ recipe, given, images }, context, context.app);
    },
  });
}

/** Last what can best be done without: some platforms take only so many. */
function inOrder(options: Options): Options {
  const last = Object.entries(options).filter(([key]) => Object.hasOwn(fileOptions, key));
  const others = Object.entries(options).filter(([key]) => !Object.hasOwn(fileOptions, key));
  return Object.fromEntries([...others, ...last]);
}

/** The images that a command looks for: the recipe's first, unless an option names it, and perhaps a second one. */
function imagesOf(definition: RecipeDefinition) {
  const { pictures, options } = definition;
  const named = Object.entries(options).find(([, { kind }]) => kind === "style")?.[0];
  return { main: mainOf(definition), seconds: Object.entries(pictures).filter(([, { second }]) => second), named };
}

/** The picture to work on; a recipe that begins with noise has none. */
function mainOf({ pictures }: RecipeDefinition) {
  return Object.entries(pictures).find(([, { second }]) => !second);
}

function imageOptions(definition: RecipeDefinition): Options {
  const { main, seconds, named } = imagesOf(definition);
  if (!main) return {};
  const [second] = seconds;
  const [, { help, without }] = main;
  const about = without === undefined ? help : `${help}; none: ${without}`;
  const none = without !== undefined || named !== undefined;
  return { picture: imageOption({ help: about, none, ...defined({ second: second?.[1].help }) }) };
}

/** Whether a recipe can begin without an image when it is told to. */
function mayDoWithout(definition: RecipeDefinition): boolean {
  return imagesOf(definition).main?.[1].without !== undefined;
}

/** Undefined when there is none, and the recipe cannot do without or was not told to. */
async function findImages(
  definition: RecipeDefinition,
  wanted: WantedImage | undefined,
  given: Params,
  context: CommandContext,
): Promise<FoundImages | undefined> {
  const { main, seconds, named } = imagesOf(definition);
  const limits = context.app.botOptions.pictures;
  if (!main) return findMaskAlone(definition, given, context);
  if (named !== undefined && given[named] !== undefined) return {};
  if (masksAnswered(given, context)) {
    // A mask alone, in answer to a picture: that one is meant.
    const first = await findImage({ ...context, event: { ...context.event, attachments: [] } }, limits, wanted);
    const mask = await findFurtherImage(context, limits, 0);
    return first && mask && { [main[0]]: first, [MASK]: mask };
  }
  const alone = wanted === undefined && definition.beginsAlone?.(given) === true;
  const first = alone ? await findGivenImage(context, limits) : await findImage(context, limits, wanted);
  if (!first && !alone && (wanted !== "none" || !mayDoWithout(definition))) return undefined;
  const found: Record<string, FoundImage> = first ? { [main[0]]: first } : {};
  const guide = typeof given.like === "string" ? await findGuide(given.like, context, limits) : undefined;
  if (guide) found[GUIDE] = guide;
  for (const [i, role] of furtherRoles(seconds, given).entries()) {
    const other = await findFurtherImage(context, limits, i + (given.like === ATTACHED_GUIDE ? 2 : 1));
    if (other) found[role] = other;
  }
  return found;
}

/** What begins with noise takes a mask, and no other picture. */
async function findMaskAlone(
  { pictures }: RecipeDefinition,
  given: Params,
  context: CommandContext,
): Promise<FoundImages> {
  const mask =
    pictures[MASK] && meansMask(given) && (await findFurtherImage(context, context.app.botOptions.pictures, 0));
  return mask ? { [MASK]: mask } : {};
}

/** Whether the one picture of a line is the mask of the picture that it answers. */
function masksAnswered(given: Params, { event }: CommandContext): boolean {
  return event.repliesTo !== undefined && event.attachments.length === 1 && meansMask(given);
}

const meansMask = ({ where }: Params): boolean => typeof where === "string" && parseWhere(where)?.kind === MASK;

/** What the second attached image is, and the third: a mask where one is meant, after a style that is not named. */
function furtherRoles(seconds: ReturnType<typeof imagesOf>["seconds"], given: Params): string[] {
  const roles = seconds.map(([role]) => role);
  const others = roles.filter((role) => role !== MASK);
  if (others.length === 0) return roles;
  const masked = meansMask(given);
  const named = given.style !== undefined;
  return masked ? [...(named ? [] : others), MASK] : others;
}
