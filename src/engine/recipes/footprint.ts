/**
 * How much memory a job takes at its worst moment, besides the program and its networks. Coarse, and rather too much
 * than too little.
 */

/**
 * Megabytes that a step's feature maps take for a megapixel, from docs/benchmarks.md ("Memory against size") and, where
 * nothing was measured, from the engine's own estimate of a network up to its last layers. VGG's have the tiles of
 * Winograd's algorithm in them.
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
/**
 * Pictures of the result's size that are held at once: the input, the canvas, its gradient, the optimiser's moments,
 * frames being encoded.
 */
const PICTURES = 10;
/** What decoding and encoding take whatever the size, in megabytes. */
const BASE = 50;

export interface Footprint {
  readonly network: string;
  readonly kind: "dream" | "painting";
  /** Megapixels of what is worked on at once. Pictures are taken for squares: the most that a longest side may mean. */
  readonly megapixels: number;
  /** The recipe works on large pictures in tiles. */
  readonly tiled: boolean;
  /** Further pictures of that size that are held, as float32. */
  readonly pictures?: number;
}

/**
 * Megabytes that a job takes.
 * @param mapsMegabytes the engine's bound of a job's feature maps, beyond which it works in tiles
 */
export function megabytesOf(footprint: Footprint, mapsMegabytes: number): number {
  const { network, kind, megapixels, tiled, pictures = 0 } = footprint;
  const maps = megapixels * (MAPS[network] ?? UNKNOWN)[kind];
  const bound = tiled ? Math.max(mapsMegabytes, SMALLEST_TILE) : Number.POSITIVE_INFINITY;
  return Math.ceil(BASE + Math.min(maps, bound) + megapixels * PICTURE * (PICTURES + pictures));
}

/** Megapixels of a picture of these sides. */
export function megapixels(width: number, height: number = width): number {
  return (width * height) / 1e6;
}
