/** How much memory a job takes at its worst moment, besides the program and its networks. Coarse, and rather too much than too little. */
import type { JobMemory } from "../../queue/job-request.js";
import type { BotOptions } from "../bot-options.js";
import type { Params, Recipe } from "./recipe.js";

/**
 * Megabytes that a step's feature maps take for a megapixel, from docs/benchmarks.md ("Memory against size") and, where nothing was
 * measured, from the engine's own reckoning of a network up to its last layers. VGG's have the tiles of Winograd's algorithm in them.
 */
const MAPS: Readonly<Record<string, { readonly dream: number; readonly painting: number }>> = {
  resnet50: { dream: 1_000, painting: 1_600 },
  googlenet: { dream: 1_200, painting: 1_200 },
  vgg16: { dream: 3_500, painting: 3_500 },
  vgg19: { dream: 3_500, painting: 3_500 },
};
/** Of a network in a folder nothing is known: as much as the dearest of those above. */
const UNKNOWN = { dream: 3_500, painting: 3_500 };
/** Tiles are not cut so small that their feature maps take less, in megabytes. */
const SMALLEST_TILE = 300;
/** A picture of a megapixel in three channels of float32, in megabytes. */
const PICTURE = 12;
/** Pictures of the result's size that are there at once: what came in, the canvas, its gradient, the moments of the climb, frames on their way out. */
const PICTURES = 10;
/** What decoding and encoding take whatever the size, in megabytes. */
const BASE = 50;

export interface Footprint {
  readonly network: unknown;
  readonly manner: "dream" | "painting";
  /** Megapixels of what is worked on at once. Pictures are taken for squares: the most that a longest side may mean. */
  readonly megapixels: number;
  /** The recipe works on large pictures in tiles. */
  readonly tiled: boolean;
  /** Further pictures of that size that are held, as float32. */
  readonly pictures?: number;
}

/** Megabytes that a job takes; never more for its feature maps than the engine may, where it works in tiles. */
export function megabytes({ mapsMegabytes }: Pick<BotOptions, "mapsMegabytes">, footprint: Footprint): number {
  const { network, manner, megapixels, tiled, pictures = 0 } = footprint;
  const maps = megapixels * (MAPS[String(network)] ?? UNKNOWN)[manner];
  const bound = tiled ? Math.max(mapsMegabytes, SMALLEST_TILE) : Number.POSITIVE_INFINITY;
  return Math.ceil(BASE + Math.min(maps, bound) + megapixels * PICTURE * (PICTURES + pictures));
}

/** Megapixels of a picture of these sides. */
export function area(width: unknown, height: unknown = width): number {
  return (Number(width) * Number(height)) / 1e6;
}

const SIDES = ["size", "width", "height"] as const;
/** Sides that are offered instead are multiples of it, in pixels. */
const ROUND = 64;

/** What a job takes, and what it would take in smaller sizes. */
export function jobMemory(recipe: Recipe, params: Params): JobMemory {
  // Where width and height are given, the size says nothing.
  const given = SIDES.filter((side) => typeof params[side] === "number");
  const sides = given.includes("height") && given.includes("width") ? given.filter((side) => side !== "size") : given;
  const longest = Math.max(0, ...sides.map((side) => Number(params[side])));
  const smaller: { line: string; megabytes: number }[] = [];
  for (let side = Math.ceil(longest / ROUND) * ROUND - ROUND; side >= ROUND; side -= ROUND) {
    const sized = Object.fromEntries(sides.map((key) => [key, Math.round((Number(params[key]) * side) / longest)]));
    const line = Object.entries(sized).map(([key, value]) => `${key}:${value}`);
    smaller.push({ line: line.join(" "), megabytes: recipe.memory({ ...params, ...sized }) });
  }
  return { megabytes: recipe.memory(params), smaller };
}
