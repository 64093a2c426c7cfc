/**
 * What an importer makes of a file: its layers, each with one step of a small set and the names of the layers it takes
 * in.
 *
 * `assemble.ts` turns this into nodes of the tensor program. Weights are read only when a layer that needs them is
 * built.
 */
import { type Said, SentenceError } from "../../../shared/sentences/sentence-error.js";
import type { BlockAttributes, Pads, Pair, ResampleAttributes } from "../../graph/node.js";

/** A layer is used in a way this program does not know; the message completes "cannot be used:". */
export class Unusable<S extends Said = Said> extends SentenceError<S> {
  override readonly name = "Unusable";
}

/**
 * A kernel. HWIO is Keras's order, OIHW is ONNX's. A depthwise kernel [h, w, C, m] of Keras is HWIO [h, w, 1, C * m].
 */
export interface Kernel {
  readonly layout: "HWIO" | "OIHW";
  /** In the order of `layout`. */
  readonly shape: readonly [number, number, number, number];
  data(): Float32Array;
}

/** A number per channel. */
export interface Vector {
  readonly length: number;
  data(): Float32Array;
}

export interface ConvStep {
  readonly type: "conv";
  readonly kernel: Kernel;
  readonly bias?: Vector;
  readonly strides: Pair;
  readonly pads: Pads;
  readonly dilations: Pair;
  readonly groups: number;
}

export type Activation =
  | { readonly name: "relu" | "sigmoid" | "tanh" | "softplus" | "softsign" | "swish" | "hardSwish" | "mish" }
  /** x times the normal distribution's share below x, exactly or by Hendrycks and Gimpel's tanh. */
  | { readonly name: "gelu"; readonly approximate: boolean }
  | { readonly name: "exp" | "log" | "abs" | "erf" }
  | { readonly name: "power"; readonly exponent: number }
  | { readonly name: "clip"; readonly min: number; readonly max: number }
  | { readonly name: "leakyRelu" | "elu"; readonly alpha: number }
  | { readonly name: "selu"; readonly alpha: number; readonly gamma: number }
  | { readonly name: "hardSigmoid"; readonly alpha: number; readonly beta: number }
  | { readonly name: "prelu"; readonly slope: Vector };

/**
 * A transposed convolution: each place is spread over the window of a kernel [inputs, outputs per group, h, w], the
 * steps apart that the stride says, and `pads` are taken off.
 */
export interface ConvTransposeStep {
  readonly type: "convTranspose";
  readonly kernel: Kernel;
  readonly bias?: Vector;
  readonly stride: number;
  readonly pads: Pads;
  /** Rows and columns more at the end. */
  readonly more: Pair;
  readonly groups: number;
}

export type Step =
  /** The image, preprocessed. */
  | { readonly type: "input" }
  | ConvStep
  /** x * scale + shift, a number per channel: batch normalisation at inference, and constants added or multiplied. */
  | {
      readonly type: "affine";
      readonly length: number;
      values(): { readonly scale: Float32Array; readonly shift: Float32Array };
      /** Of batch normalisation: what training met here, on average. */
      statistics?(): { readonly mean: Float32Array; readonly variance: Float32Array };
    }
  | { readonly type: "activation"; readonly activation: Activation }
  | { readonly type: "zeroPad"; readonly pads: Pads }
  | {
      readonly type: "pool";
      readonly mode: "max" | "average";
      readonly kernel: Pair;
      readonly strides: Pair;
      readonly pads: Pads;
      /** Average only: padded places count as zeros. */
      readonly countPads?: boolean;
    }
  /** Over axes of [N, C, H, W], which are kept with size 1. */
  | { readonly type: "mean"; readonly axes: readonly number[] }
  /** (x - mean) / sqrt(variance + epsilon): over the channels of each place, or over all places of some channels. */
  | { readonly type: "norm"; readonly over: "channels"; readonly epsilon: number }
  /** `groups` is 0 where each channel is its own. */
  | { readonly type: "norm"; readonly over: "places"; readonly groups: number; readonly epsilon: number }
  /** Channels chosen by their places. */
  | { readonly type: "channels"; readonly order: readonly number[] }
  /** Rows and columns taken off the borders, then every n-th kept. */
  | { readonly type: "crop"; readonly borders: Pads; readonly steps: Pair }
  /** The second input, where there is one, gives the size. */
  | { readonly type: "resample"; readonly sampling: ResampleAttributes }
  | { readonly type: "depthToSpace"; readonly blocks: BlockAttributes }
  | ConvTransposeStep
  | { readonly type: "concat" }
  | { readonly type: "sum" }
  | { readonly type: "product" }
  | { readonly type: "difference" }
  | { readonly type: "quotient" }
  | { readonly type: "identity" }
  /** Brings pictures to another size before anything looks at them, which dreams leave out. */
  | { readonly type: "picture" }
  /**
   * Numbers of which each stands for the whole picture, in another order. Of an average pool's map it is the mean over
   * all places: pictures are of any size here.
   */
  | { readonly type: "flat" }
  /** Local response normalisation across channels (Krizhevsky et al. 2012, section 3.3). */
  | {
      readonly type: "lrn";
      readonly size: number;
      readonly alpha: number;
      readonly beta: number;
      readonly bias: number;
    }
  /** Layers from here on cannot be used. `reason` completes "... cannot be used because". */
  | { readonly type: "unsupported"; readonly reason: string };

export interface Layer {
  readonly name: string;
  /** The file's own word: Conv2D, Relu, ... */
  readonly kind: string;
  readonly inputs: readonly string[];
  readonly step: Step;
  /**
   * A part of a layer that the file knows as one, for instance the convolution before its own activation. Not listed.
   */
  readonly hidden?: boolean;
}

export interface LayerGraph {
  /** In any order; exactly one has the step `input`. */
  readonly layers: readonly Layer[];
  /** Size of all weights in the file as float32. */
  readonly bytes: number;
  /** What the file says of itself besides: ONNX's metadata, tfjs's userDefinedMetadata. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/**
 * A layer of one or several steps: the last bears its name, the others are hidden.
 * @param inputs of the first step
 */
export function stepLayers(name: string, kind: string, inputs: readonly string[], steps: readonly Step[]): Layer[] {
  return steps.map((step, i) => {
    const below = i === 0 ? inputs : [`${name} (part ${i})`];
    if (i === steps.length - 1) return { name, kind, inputs: below, step };
    return { name: `${name} (part ${i + 1})`, kind, inputs: below, step, hidden: true };
  });
}

/**
 * The pads of TensorFlow's SAME along one axis: the result has ceil(size / stride) places.
 *
 * TensorFlow's pads depend on the size, which varies here from run to run. These are TensorFlow's for sizes that the
 * stride divides, plus stride - 1 places that the last window reaches only otherwise: then the result has the right
 * size, shifted by less than a stride.
 * @param lower puts the odd place before (ONNX's SAME_LOWER)
 */
function samePads(kernel: number, stride: number, dilation = 1, lower = false): [number, number] {
  const reach = dilation * (kernel - 1) + 1;
  const half = Math.max(reach - stride, 0) / 2;
  const before = lower ? Math.ceil(half) : Math.floor(half);
  return [before, reach - 1 - before];
}

/** {@link samePads} along both axes. */
export function samePads2d(kernel: Pair, strides: Pair, dilations: Pair = [1, 1], lower = false): Pads {
  const [top, bottom] = samePads(kernel[0], strides[0], dilations[0], lower);
  const [left, right] = samePads(kernel[1], strides[1], dilations[1], lower);
  return [top, left, bottom, right];
}
