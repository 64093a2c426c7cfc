/**
 * Dreaming into a word: a picture becomes what a network calls by that word. The schedule, the momentum, the colours
 * and the core were found by trials; docs/benchmarks.md has what they come to.
 */

import { firstClass } from "../../classes.js";
import { look } from "../../classify.js";
import type { EngineContext } from "../../evaluate.js";
import type { Random } from "../../images/random.js";
import { addRasters, CHANNELS, emptyRaster, type Raster, roll, type Size } from "../../images/raster.js";
import { resize } from "../../images/resample.js";
import { resizeWrapped } from "../../images/resize-wrapped.js";
import { type Network, noClasses } from "../../networks/network.js";
import { classes as classesObjective } from "../../objectives/classes.js";
import type { Objective } from "../../objectives/objective.js";
import { equalise, towardsNaturalColours } from "../../optimize/pyramid.js";
import type { Step } from "../../optimize/steps.js";
import { momentumDescent, type Update } from "../../optimize/update.js";
import { compose, gathered, type Transform } from "../../transforms/see.js";
import { classNear, MOST_CLASS_TERMS, readClassTerms } from "../class-terms.js";
import { clouds } from "../noise.js";
import { RecipeError } from "../recipe.js";
import type { DreamParams } from "./definition.js";
import { intoSizes, intoSteps, ofOctave } from "./into-schedule.js";

/** Change of each octave at strength 1, in grey levels. */
const CHANGE = [40, 24, 10, 6];
/** The grey that a thing grows out of, and the standard deviation of the noise in it, in grey levels. */
const [GREY, FAINT] = [118, 8];
const MOMENTUM = 0.85;
/** Strength of a band of the gradient's frequencies against the next finer one. */
const SLOPE = 1.15;
const LEVELS = 4;
/** See {@link gathered}, in pixels. */
const GATHERED = 10;
/** How far the gradient is turned towards the colours of photos. */
const COLOURS = 0.25;
/**
 * The largest shift of a step from noise, against the longer side: little enough that a thing keeps its place and grows
 * into a whole. Shifted anywhere, noise fills with parts of it.
 */
const SHIFTED = 1 / 8;
/** Sizes at which the picture is looked at to find where a thing is, against its own. */
const LOOKS = [1, 1.5];
/**
 * The longer side, in pixels, at which a picture is looked at for evidence, at most: larger ones are shrunk, and both
 * looks with them, so that a look takes the same memory whatever the size.
 */
const LOOKED_SIDE = 512;
/** The evidence is found at this share of the picture's size, and softened by being enlarged. */
const COARSE = 1 / 8;

/**
 * Where the evidence for what is dreamt of is weak, only `floor` of the detail stays; from `full` of the strongest on,
 * all of it.
 */
interface Core {
  readonly floor: number;
  readonly full: number;
  /** Octaves before this one keep all their detail. */
  readonly from: number;
  /** The detail is moved so that the thing is in the middle: what grows out of noise may grow across its border. */
  readonly centred: boolean;
}
const PHOTO: Core = { floor: 0.3, full: 0.35, from: 1, centred: false };
const NOISE: Core = { floor: 0.45, full: 0.4, from: 0, centred: true };

/** What a dream is to become. */
export interface Into {
  readonly objective: Objective;
  /** From noise: the picture continues at its opposite sides, as the network sees it rolled anywhere. */
  readonly wraps: boolean;
  /** What a picture made of nothing lies on. */
  ground(width: number, height: number): Raster;
  /** The detail that its first octave begins with; none where there is a photo. */
  first(size: Size, next: Random): Raster | undefined;
  sizes(whole: Size, least: number): Size[];
  steps(octave: number): number;
  /** @param strength how far an octave's steps go, 1 being the usual */
  update(octave: number, size: Size, strength: number): Update;
  /** The largest shift of a step at that size, in pixels; undefined where it may go anywhere. */
  jitter(size: Size): number | undefined;
  /** What is done to the gradient of an octave of that size. */
  conditioned(size: Size): Transform;
  /** An octave's last step with its detail cored. */
  core(steps: AsyncIterable<Step>, octave: number, base: Raster): AsyncIterable<Step>;
}

/** @throws NetworkError where the network names nothing, RecipeError for words that mean nothing */
export function intoOf(params: DreamParams, engine: EngineContext, fromNoise: boolean): Into {
  const { network } = engine;
  const count = network.classes ?? noClasses(network.id);
  const weights = weightsOf(params, count);
  const core = fromNoise ? NOISE : PHOTO;
  const steps = (octave: number): number => intoSteps(params, octave);
  return {
    objective: classesObjective(weights, count),
    wraps: fromNoise,
    ground: (width, height) => ({ width, height, data: emptyRaster(width, height).data.fill(GREY) }),
    first: ({ width, height }, next) => {
      if (!fromNoise) return undefined;
      const noise = clouds(width, height, next, FAINT, resizeWrapped);
      return { ...noise, data: noise.data.map((v) => v - 128) };
    },
    sizes: (whole, least) => intoSizes(whole, params, least),
    steps,
    update: (octave, size, strength) =>
      momentumDescent(size, (strength * ofOctave(CHANGE, octave)) / steps(octave), MOMENTUM),
    jitter: ({ width, height }) => (fromNoise ? Math.round(SHIFTED * Math.max(width, height)) : undefined),
    conditioned: (size) =>
      compose(gathered(GATHERED, size), towardsNaturalColours(COLOURS), equalise(size, LEVELS, SLOPE)),
    core: (taken, octave, base) => {
      const cored = (image: Raster) => coredDetail(engine, image, base, weights, core);
      const wanted = [...weights.values()].some((weight) => weight > 0);
      return wanted && octave >= core.from ? lastThrough(taken, steps(octave), cored) : taken;
    },
  };
}

/** Weights by the classes' places; those of one word that means several share its weight. */
export function weightsOf(
  { into, away }: Pick<DreamParams, "into" | "away">,
  count: number,
): ReadonlyMap<number, number> {
  const weights = new Map<number, number>();
  for (const [text, sign] of [[into, 1] as const, [away, -1] as const]) {
    if (text === undefined) continue;
    for (const { members, weight } of termsOf(text))
      for (const member of members) {
        const place = firstClass(count) + member;
        weights.set(place, (weights.get(place) ?? 0) + (sign * weight) / members.length);
      }
  }
  return weights;
}

/** The same of each word by itself. @throws RecipeError for words that mean nothing */
export function eachWeightsOf(words: string, count: number): ReadonlyMap<number, number>[] {
  return termsOf(words).map(({ members, weight }) => {
    return new Map(members.map((member) => [firstClass(count) + member, weight / members.length]));
  });
}

/** @throws RecipeError for words that mean nothing */
function termsOf(text: string) {
  const terms = readClassTerms(text);
  if (terms === undefined) throw new RecipeError("into.unreadable", { most: MOST_CLASS_TERMS });
  if ("unknown" in terms)
    throw new RecipeError("into.unknown", { word: terms.unknown, near: classNear(terms.unknown) });
  return terms;
}

async function* lastThrough(
  steps: AsyncIterable<Step>,
  last: number,
  through: (image: Raster) => Promise<Raster>,
): AsyncGenerator<Step, void, void> {
  for await (const step of steps) {
    if (step.step < last) yield step;
    else yield { ...step, images: async () => Promise.all((await step.images()).map(through)) };
  }
}

/**
 * An image with the detail that an octave has added to `base` kept where the thing is, and faded elsewhere. It is what
 * makes a thing stand in a picture: without it, all is filled with parts of it.
 */
async function coredDetail(
  engine: EngineContext,
  image: Raster,
  base: Raster,
  weights: ReadonlyMap<number, number>,
  { floor, full, centred }: Core,
): Promise<Raster> {
  const evidence = await evidenceIn(engine, image, weights);
  const share = evidence.data.map((v) => floor + (1 - floor) * Math.min(1, v / full));
  const enlarged = centred ? resizeWrapped : resize;
  const mask = enlarged({ ...evidence, data: share }, image.width, image.height);
  const detail = { ...image, data: image.data.map((v, i) => (v - (base.data[i] ?? 0)) * (mask.data[i] ?? 0)) };
  return addRasters(base, centred ? inTheMiddle(detail, evidence) : detail);
}

/** Detail that continues at its opposite sides, moved by where the evidence is. */
function inTheMiddle(detail: Raster, { width, height, data }: Raster): Raster {
  const [x, y] = [
    { cos: 0, sin: 0 },
    { cos: 0, sin: 0 },
  ];
  for (let i = 0; i < width * height; i++) {
    // Squared, so that the thing outweighs the faint rest of the picture.
    const weight = (data[i] ?? 0) ** 2;
    for (const [sum, place, length] of [[x, i % width, width] as const, [y, Math.floor(i / width), height] as const]) {
      const angle = (2 * Math.PI * (place + 0.5)) / length;
      sum.cos += weight * Math.cos(angle);
      sum.sin += weight * Math.sin(angle);
    }
  }
  const from = ({ cos, sin }: typeof x, length: number): number =>
    Math.round((0.5 - Math.atan2(sin, cos) / (2 * Math.PI)) * length);
  return roll(detail, from(x, detail.width), from(y, detail.height));
}

/** Where an image shows what is wanted, 0..1 on a coarse grid: the mean of what several sizes of it tell. */
async function evidenceIn(engine: EngineContext, image: Raster, weights: ReadonlyMap<number, number>): Promise<Raster> {
  const wanted = new Float32Array(engine.network.classes ?? 0);
  for (const [place, weight] of weights) wanted[place] = Math.max(0, weight);
  const scaled = (length: number, factor: number): number => Math.max(1, Math.round(length * factor));
  const [columns, rows] = [scaled(image.width, COARSE), scaled(image.height, COARSE)];
  const sum = new Float32Array(CHANNELS * columns * rows);
  const within = Math.min(1, LOOKED_SIDE / Math.max(image.width, image.height));
  for (const factor of LOOKS.map((scale) => scale * within)) {
    const seen = resize(image, scaled(image.width, factor), scaled(image.height, factor));
    const { evidence } = await look(engine, seen, wanted);
    const map = resize(evidence, columns, rows).data;
    const strongest = map.reduce((most, v) => Math.max(most, v), 1e-9);
    for (const [i, v] of map.entries()) sum[i] = (sum[i] ?? 0) + v / strongest / LOOKS.length;
  }
  return { width: columns, height: rows, data: sum };
}

/** The network's least side and depth, where its scores are asked for. */
export function deepest(network: Network): readonly string[] {
  return network.layers.slice(-1).map(({ name }) => name);
}
