/** A trained network, ready to be built into tensor programs. */
import { KindError, type Said } from "../../shared/sentences/sentence-error.js";
import { leastSide } from "../graph/dimensions.js";
import type { Node } from "../graph/node.js";
import { input } from "../graph/ops.js";
import { catalogue } from "./catalogue-file.js";
import type { FoundPreprocessing } from "./import/find-preprocessing.js";
import type { Presets } from "./presets.js";

export interface BuildOptions {
  /**
   * "average" replaces max pooling by average pooling of the same window, which smooths style gradients (Gatys et al.
   * 2015, section 2).
   */
  readonly pooling?: "max" | "average";
  /**
   * A promise that images' sides are multiples of this, which saves passes over memory where pooling tiles the image.
   */
  readonly multipleOf?: number;
  /** The image to see, where it is the result of other nodes; an input named "image" when left out. */
  readonly image?: Node;
}

/** The image that a build sees. */
export function imageOf({ image, multipleOf }: BuildOptions): Node {
  return image ?? input("image", [null, 3, null, null], multipleOf);
}

/** A network as nodes of a tensor program. */
export interface BuiltNetwork {
  /**
   * The image: [N, 3, H, W], RGB, 0..255, float32. What the network's training subtracted or swapped is inside the
   * program.
   */
  readonly image: Node;
  /**
   * The feature map of a layer, by the file's own name: Keras's layer name, the first output of an ONNX node.
   * @throws NetworkError when no layer of that name can be used
   */
  layer(name: string): Node;
  /**
   * How much the image shows of each class, before the softmax: [N, classes, 1, 1].
   * @throws NetworkError of a network without `classes` or `classNames`
   */
  scores(): Node;
  /** The same at each place of the deepest map: [N, classes, h, w]. */
  scoresByPlace(): Node;
}

/** What a layer is, for lists and for choosing. */
export interface LayerInfo {
  readonly name: string;
  /** The file's own word for it: Conv2D, Activation, MaxPooling2D, Concat, ... */
  readonly kind: string;
  readonly channels: number;
  /** Pixels of the image per pixel of the feature map, for instance 16. */
  readonly stride: number;
}

export interface Network {
  readonly id: string;
  /**
   * Tells apart networks of one id whose layers differ, as when a layer has been trained again: programs are not shared
   * between them.
   */
  readonly edition?: string;
  /** Layers that can be an objective, in order of depth. */
  readonly layers: readonly LayerInfo[];
  /** The file's other layers, each with why it cannot be an objective (completes "cannot be used:"). */
  readonly unusable?: ReadonlyMap<string, string>;
  /** How many classes it tells apart, where the file has its classifier: those of `config/classes.yaml`. */
  readonly classes?: number;
  /** What its classes are called, in the file's order, where they are others than those. */
  readonly classNames?: readonly string[];
  /** It is shown pictures sampled as squares of this side in pixels to name what they show, as it was in training. */
  readonly square?: number;
  /**
   * Looks, style and content layers, where the catalogue or the network's folder names some; `presetsOf` finds them for
   * any network.
   */
  readonly presets?: Presets;
  /** How its pictures are prepared, and how that is known, where it comes from a file. */
  readonly preprocessing?: FoundPreprocessing;
  /** Weights take this many bytes as float32. */
  readonly bytes: number;
  /** Builds nodes; weights are shared between builds. Cheap enough to call for every program. */
  build(options?: BuildOptions): BuiltNetwork;
}

const answers = new WeakMap<Network, Map<string, number>>();

/** What a network answers, once for each question: every job asks, and an answer takes building the whole network. */
export function askOnce(network: Network, question: readonly unknown[], answer: () => number): number {
  const known = answers.get(network) ?? new Map<string, number>();
  answers.set(network, known);
  const key = JSON.stringify(question);
  const found = known.get(key) ?? answer();
  known.set(key, found);
  return found;
}

/**
 * The smallest side, in pixels, at which layers see something of an image: their maps have a place, and it is not
 * padding alone.
 */
export function leastSideOf(network: Network, layers: readonly string[], options: BuildOptions = {}): number {
  return askOnce(network, ["least side", layers, options], () => {
    const { layer } = network.build(options);
    const strides = network.layers.flatMap(({ name, stride }) => (layers.includes(name) ? [stride] : []));
    return Math.max(...strides, leastSide(layers.map(layer)));
  });
}

/** The smallest side, in pixels, at which a network can tell classes apart. */
export function leastSideToName(network: Network): number {
  return askOnce(network, ["least side to name"], () => {
    const strides = network.layers.map(({ stride }) => stride);
    return Math.max(...strides, leastSide([network.build().scoresByPlace()]));
  });
}

type NetworkErrorKind = "unknown" | "unreachable" | "corrupt" | "unsupported";

/** Why a network cannot be used, in a sentence that says what would help. */
export class NetworkError<S extends Said = Said> extends KindError<NetworkErrorKind, S> {
  override readonly name = "NetworkError";
}

/** Says that a network does not tell classes apart. */
export function noClasses(network: string): never {
  const known = Object.entries(catalogue()).flatMap(([id, { classifier }]) => (classifier ? [id] : []));
  throw new NetworkError("unsupported", "network.no-classes", { network, known });
}

/** Says that no layer of that name can be used. */
export function noLayer(network: string, layer: string): never {
  throw new NetworkError("unknown", "layer.none", { network, layer });
}
