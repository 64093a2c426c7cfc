/** Convolutions and their adjoints. */
import type { Tensor4D } from "@tensorflow/tfjs-core";
import { at, type ConvAttributes, kernelOf, type Node, type NodeOf, type Pads } from "../../graph/node.js";
import type { Tensor, Tf } from "./layout.js";
import { convolve, spread, swapChannels } from "./plain-convolution.js";

/** A kernel as tfjs wants it, and the geometry of the convolution with it. */
interface Filter {
  /**
   * [h, w, inputs, outputs]; depthwise: [h, w, channels, outputs per channel]. One for each group, a single one where
   * depthwise.
   */
  readonly parts: readonly Tensor[];
  readonly depthwise: boolean;
  readonly kernel: readonly [number, number];
}

/**
 * Lays out a convolution's kernel: OIHW becomes HWIO.
 *
 * Dilated kernels are spread with zeros: tfjs has no gradient of dilated convolutions, nor dilation together with
 * strides. Of groups tfjs knows only depthwise ones, with one stride; all others are convolved one by one.
 */
function layFilter(tf: Tf, node: NodeOf<"conv2d"> | NodeOf<"conv2dTranspose">): Filter {
  const kernel = kernelOf(node);
  const { groups, dilations, strides } = node.attributes;
  const [out = 0, inputs = 0, kh = 0, kw = 0] = kernel.shape as readonly number[];
  const [h, w] = [dilations[0] * (kh - 1) + 1, dilations[1] * (kw - 1) + 1];
  const { data } = kernel.attributes;
  const outputs = out / groups;
  const depthwise = groups > 1 && inputs === 1 && strides[0] === strides[1];
  const [perPart, count] = depthwise ? [groups, 1] : [inputs, groups];
  const parts = Array.from({ length: count }, (_, part) => {
    const laid = new Float32Array(h * w * perPart * outputs);
    for (let i = 0; i < perPart; i++)
      for (let o = 0; o < outputs; o++) {
        const from = (depthwise ? i * outputs + o : (part * outputs + o) * inputs + i) * kh * kw;
        for (let y = 0; y < kh; y++)
          for (let x = 0; x < kw; x++) {
            const place = y * dilations[0] * w + x * dilations[1];
            laid[(place * perPart + i) * outputs + o] = data[from + y * kw + x] ?? 0;
          }
      }
    return tf.keep(tf.tensor(laid, [h, w, perPart, outputs]));
  });
  return { parts, depthwise, kernel: [h, w] };
}

type Size = readonly [height: number, width: number];

/** tfjs's own word for the padding, where it has one on every backend: none, or the same size at stride 1. */
function named(pads: Pads, { kernel: [h, w] }: Filter, strides: readonly number[]): "valid" | "same" | undefined {
  if (pads.every((p) => p === 0)) return "valid";
  const [top, left] = [Math.floor((h - 1) / 2), Math.floor((w - 1) / 2)];
  const same = [top, left, h - 1 - top, w - 1 - left].every((p, i) => p === pads[i]);
  return same && strides.every((s) => s === 1) ? "same" : undefined;
}

/** x with zeros, or another number, around it. */
export function padded(tf: Tf, x: Tensor, [top, left, bottom, right]: Pads, value = 0): Tensor {
  if (!(top || left || bottom || right)) return x;
  const none: [number, number] = [0, 0];
  return tf.pad(x, [none, [top, bottom], [left, right], none], value);
}

/** Takes off what `padded` put around a map of a size. */
export function unpadded(tf: Tf, x: Tensor, pads: Pads, [h, w]: Size): Tensor {
  if (pads.every((p) => p === 0)) return x;
  const [n = 1, , , c = 1] = x.shape;
  return tf.slice(x, [0, pads[0], pads[1], 0], [n, h, w, c]);
}

const asMap = (x: Tensor): Tensor4D => x as Tensor4D;

/** Applies each kernel to its group of channels. */
function byGroup(tf: Tf, x: Tensor, kernels: readonly Tensor[], one: (part: Tensor, kernel: Tensor) => Tensor): Tensor {
  if (kernels.length === 1) return one(x, at(kernels, 0));
  const parts = tf.split(x, kernels.length, 3);
  return tf.concat(
    kernels.map((kernel, i) => one(parts[i] ?? x, kernel)),
    3,
  );
}

type Size4 = [number, number, number, number];
const sizeOf = ({ shape: [n = 1, h = 1, w = 1, c = 1] }: Tensor): Size4 => [n, h, w, c];

const places = (size: number, kernel: number, stride: number, before: number, after: number): number =>
  Math.floor((size + before + after - kernel) / stride) + 1;

const isPlain = (tf: Tf): boolean => tf.getBackend() === "cpu";
const numbers = (x: Tensor): Float32Array => x.dataSync<"float32">();

export function conv2d(
  tf: Tf,
  x: Tensor,
  filter: Filter,
  bias: Tensor | undefined,
  { strides, pads }: ConvAttributes,
): Tensor {
  const { parts, depthwise, kernel: window } = filter;
  const plain = isPlain(tf) && !depthwise;
  const pad = named(pads, filter, strides);
  const steps: [number, number] = [...strides];
  const one = (part: Tensor, kernel: Tensor): Tensor => {
    if (depthwise) return tf.depthwiseConv2d(asMap(part), asMap(kernel), steps, pad ?? "valid");
    if (!plain) return tf.conv2d(asMap(part), asMap(kernel), steps, pad ?? "valid");
    const [n, h, w] = sizeOf(part);
    const [rows, columns] = [
      places(h, window[0], strides[0], pads[0], pads[2]),
      places(w, window[1], strides[1], pads[1], pads[3]),
    ];
    const to: Size4 = [n, rows, columns, kernel.shape[3] ?? 1];
    return tf.tensor(convolve(numbers(part), sizeOf(part), numbers(kernel), to, { kernel: window, strides, pads }), to);
  };
  const y = byGroup(tf, plain || pad ? x : padded(tf, x, pads), parts, one);
  return bias ? tf.add(y, bias) : y;
}

/** Spreads g back over a map of the size of `like`. */
export function conv2dTranspose(
  tf: Tf,
  g: Tensor,
  filter: Filter,
  like: Tensor,
  { strides, pads }: ConvAttributes,
): Tensor {
  const { parts, depthwise, kernel: window } = filter;
  const plain = isPlain(tf) && !depthwise;
  const [n, h, w, channels] = sizeOf(like);
  const pad = named(pads, filter, strides);
  const whole = plain || pad !== undefined;
  const [high, wide] = whole ? [h, w] : [h + pads[0] + pads[2], w + pads[1] + pads[3]];
  const steps: [number, number] = [...strides];
  const one = (part: Tensor, kernel: Tensor): Tensor => {
    const to: Size4 = [n, high, wide, channels / parts.length];
    if (plain)
      return tf.tensor(spread(numbers(part), sizeOf(part), swapped(kernel), to, { kernel: window, strides, pads }), to);
    if (!depthwise) return tf.conv2dTranspose(asMap(part), asMap(kernel), to, steps, pad ?? "valid");
    const attributes = { strides: steps, pad: pad ?? "valid", dilations: [1, 1], inputShape: to };
    return tf
      .engine()
      .runKernel(tf.DepthwiseConv2dNativeBackpropInput, { dy: part, filter: kernel }, attributes) as Tensor;
  };
  const spreadOut = byGroup(tf, g, parts, one);
  return whole ? spreadOut : unpadded(tf, spreadOut, pads, [h, w]);
}

const swappedKernels = new WeakMap<Tensor, Float32Array>();

/** A kernel with its channels swapped, made when a gradient first asks for it. */
function swapped(kernel: Tensor): Float32Array {
  const [h, w, inputs, outputs] = sizeOf(kernel);
  const made = swappedKernels.get(kernel) ?? swapChannels(numbers(kernel), h * w, inputs, outputs);
  swappedKernels.set(kernel, made);
  return made;
}

/** Kernels are laid out once for a convolution and its gradient. */
export class Filters {
  readonly #known = new Map<Node, Map<string, Filter>>();

  constructor(private readonly tf: Tf) {}

  of(node: NodeOf<"conv2d"> | NodeOf<"conv2dTranspose">): Filter {
    const kernel = kernelOf(node);
    const { groups, dilations, strides } = node.attributes;
    const key = `${groups} ${dilations} ${groups > 1 && strides[0] === strides[1]}`;
    const known = this.#known.get(kernel) ?? new Map<string, Filter>();
    this.#known.set(kernel, known);
    const filter = known.get(key) ?? layFilter(this.tf, node);
    known.set(key, filter);
    return filter;
  }

  /** All tensors that were laid out. */
  *tensors(): Iterable<Tensor> {
    for (const known of this.#known.values()) for (const { parts } of known.values()) yield* parts;
  }
}
