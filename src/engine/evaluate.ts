/** Loss and gradient of an objective over a network: the one thing that every recipe asks of the engine. */
import { gradient } from "./graph/gradient.js";
import type { Node } from "./graph/node.js";
import { CHANNELS, type Raster } from "./images/raster.js";
import { type BuildOptions, type Network, NetworkError } from "./networks/network.js";
import { type Objective, type Scope, scopeOf } from "./objectives/objective.js";
import type { Programs } from "./programs.js";
import type { Tensor, Tensors } from "./runtimes/runtime.js";

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

function scopeOfNetwork(network: Network, options: BuildOptions): Scope {
  const { image, layers } = network.build(options);
  return scopeOf(image, (name): Node => {
    const node = layers.get(name);
    if (!node) throw new NetworkError("unknown", `${network.id} has no layer "${name}".`);
    return node;
  });
}

const keyOf = (
  { id, edition = "" }: Network,
  { pooling = "max", multipleOf = 1 }: BuildOptions,
  what: string,
): string => `${id} ${edition} ${pooling} ${multipleOf} ${what}`;

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
    const scope = scopeOfNetwork(network, options);
    const loss = objective.build(scope);
    return { loss, gradient: gradient(loss, scope.image) };
  };
  const outputs = await programs.run(keyOf(network, options, objective.structure), build, {
    ...objective.values,
    image,
  });
  return { loss: outputs.loss?.data[0] ?? Number.NaN, gradient: outputs.gradient?.data ?? new Float32Array() };
}

/** Computes things at an image without a gradient: features, Gram matrices. `name` says which program it is. */
export async function observe(
  programs: Programs,
  network: Network,
  name: string,
  outputs: (scope: Scope) => Readonly<Record<string, Node>>,
  picture: Raster | Tensor,
  options: BuildOptions = {},
): Promise<Tensors> {
  const image = "shape" in picture ? picture : toTensor(picture);
  return programs.run(keyOf(network, options, name), () => outputs(scopeOfNetwork(network, options)), { image });
}
