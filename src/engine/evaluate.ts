/** Loss and gradient of an objective over a network: the one thing that every recipe asks of the engine. */
import { lossAndGradient } from "./graph/gradient.js";
import type { Node } from "./graph/node.js";
import { CHANNELS, emptyRaster, type Raster } from "./images/raster.js";
import { cropRaster, pasteRaster } from "./images/resample.js";
import type { BuildOptions, Network } from "./networks/network.js";
import { type Objective, type Scope, scopeOf } from "./objectives/objective.js";
import type { Programs } from "./programs.js";
import type { CompileOptions, Tensor, Tensors } from "./runtimes/runtime.js";
import { type TileOptions, worksOf } from "./tiles.js";

export interface Evaluation {
  readonly loss: number;
  /** d loss / d image, of the images' shape. */
  readonly gradient: Float32Array;
}

/** A network, and the programs that run it. */
export interface EngineContext {
  readonly programs: Programs;
  readonly network: Network;
}

/** The image as a [1, 3, H, W] tensor; the numbers are shared. */
function toTensor(raster: Raster): Tensor {
  return { data: raster.data, shape: [1, 3, raster.height, raster.width] };
}

/** Images of one size as a tensor [N, 3, H, W]. */
export function batchOf(images: readonly Raster[]): Tensor {
  const [first] = images;
  if (!first) throw new RangeError("a batch needs an image");
  if (images.length === 1) return toTensor(first);
  const data = new Float32Array(images.length * first.data.length);
  for (const [n, image] of images.entries()) data.set(image.data, n * first.data.length);
  return { data, shape: [images.length, CHANNELS, first.height, first.width] };
}

const keyOf = (
  { id, edition = "" }: Network,
  { pooling = "max", multipleOf = 1 }: BuildOptions,
  what: string,
): string => `${id} ${edition} ${pooling} ${multipleOf} ${what}`;

/** The key of the program that is a step of some parts, by their structures. */
export function stepKey(
  network: Network,
  options: BuildOptions,
  parts: readonly { readonly structure: string }[],
): string {
  return keyOf(network, options, `step(${parts.map(({ structure }) => structure).join("; ")})`);
}

/** Computes an objective's loss and gradient at an image, or a batch of images [N, 3, H, W]. */
export async function evaluate(
  programs: Programs,
  network: Network,
  objective: Objective,
  picture: Raster | Tensor,
  options: BuildOptions = {},
): Promise<Evaluation> {
  const image = "shape" in picture ? picture : toTensor(picture);
  const build = () => {
    const scope = scopeOf(network.build(options));
    return lossAndGradient(objective.build(scope), scope.image);
  };
  const outputs = await programs.run(keyOf(network, options, objective.structure), build, {
    ...objective.values,
    image,
  });
  return { loss: outputs.loss?.data[0] ?? Number.NaN, gradient: outputs.gradient?.data ?? new Float32Array() };
}

/**
 * Computes things at an image without a gradient: features, Gram matrices. `name` says which program it is, and
 * `values` are the numbers that it asks for.
 */
export async function observe(
  programs: Programs,
  network: Network,
  name: string,
  outputs: (scope: Scope) => Readonly<Record<string, Node>>,
  picture: Raster | Tensor,
  { values = {}, seldom = false, ...options }: BuildOptions & CompileOptions & { readonly values?: Tensors } = {},
): Promise<Tensors> {
  const image = "shape" in picture ? picture : toTensor(picture);
  const build = () => outputs(scopeOf(network.build(options)));
  return programs.run(keyOf(network, options, name), build, { ...values, image }, { seldom });
}

/** What layers answer to an image, [N, C, H, W] each, by layer. */
export function featuresOf(
  { programs, network }: EngineContext,
  layers: readonly string[],
  picture: Raster | Tensor,
  options: BuildOptions = {},
): Promise<Tensors> {
  const outputs = (scope: Scope) => Object.fromEntries(layers.map((layer) => [layer, scope.layer(layer)]));
  return observe(programs, network, `features(${layers.join(",")})`, outputs, picture, options);
}

/** The same of one layer. */
export async function featureOf(
  engine: EngineContext,
  layer: string,
  picture: Raster | Tensor,
  options?: BuildOptions,
): Promise<Tensor> {
  const { [layer]: features } = await featuresOf(engine, [layer], picture, options);
  if (!features) throw new Error(`a program gave no features of ${layer}`);
  return features;
}

/**
 * Loss and gradient of an objective that is a mean over places (a dream, channels, a guide; not a Gram matrix).
 *
 * Every tile is worked on with a margin around it, and only its own pixels' gradient is kept, so no seam shows.
 * @returns the loss as the mean of the tiles' by their shares of the image
 */
export async function evaluateTiles(
  programs: Programs,
  network: Network,
  objective: Objective,
  picture: Raster,
  options: TileOptions & { readonly signal: AbortSignal },
): Promise<Evaluation> {
  const works = worksOf(picture, options);
  if (works.length === 1) return evaluate(programs, network, objective, picture);
  const whole = picture.width * picture.height;
  const gradient = emptyRaster(picture.width, picture.height);
  let loss = 0;
  for (const { tile, region } of works) {
    options.signal.throwIfAborted();
    const found = await evaluate(programs, network, objective, cropRaster(picture, region));
    // The objective is a mean over the region: its share of the image makes it one over the whole.
    const share = (region.width * region.height) / whole;
    loss += found.loss * ((tile.width * tile.height) / whole);
    const part = cropRaster(
      { width: region.width, height: region.height, data: found.gradient },
      { ...tile, x: tile.x - region.x, y: tile.y - region.y },
    );
    for (let i = 0; i < part.data.length; i++) part.data[i] = (part.data[i] ?? 0) * share;
    pasteRaster(gradient, part, tile.x, tile.y);
  }
  return { loss, gradient: gradient.data };
}
