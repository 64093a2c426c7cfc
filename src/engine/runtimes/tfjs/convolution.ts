/** Convolutions and their adjoints. */
import type { Tensor4D } from "@tensorflow/tfjs-core";
import { type ConvAttributes, GraphError, type Node, type NodeOf, type Pads } from "../../graph/node.js";
import type { Tensor, Tf } from "./layout.js";

/** A kernel as tfjs wants it, and the geometry of the convolution with it. */
export interface Filter {
  /** [h, w, inputs, outputs]; depthwise: [h, w, channels, outputs per channel]. One for each group, a single one where depthwise. */
  readonly parts: readonly Tensor[];
  readonly depthwise: boolean;
  readonly kernel: readonly [number, number];
}

/**
 * Lays out a convolution's kernel: OIHW becomes HWIO.
 *
 * Dilated kernels are spread with zeros: tfjs has no gradient of dilated convolutions, nor dilation together with strides. Of groups
 * tfjs knows only depthwise ones, with one stride; all others are convolved one by one.
 */
export function layFilter(tf: Tf, node: NodeOf<"conv2d"> | NodeOf<"conv2dTranspose">): Filter {
  const kernel = node.inputs[1];
  if (kernel?.op !== "constant") throw new GraphError("a convolution's kernel must be a constant");
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
  return tf.pad(
    x,
    [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
    value,
  );
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
  const [first] = kernels;
  if (!first) throw new GraphError("a convolution has no kernel");
  if (kernels.length === 1) return one(x, first);
  const parts = tf.split(x, kernels.length, 3);
  return tf.concat(
    kernels.map((kernel, i) => one(parts[i] ?? x, kernel)),
    3,
  );
}

export function conv2d(tf: Tf, x: Tensor, filter: Filter, bias: Tensor | undefined, { strides, pads }: ConvAttributes): Tensor {
  const pad = named(pads, filter, strides);
  const map = pad ? x : padded(tf, x, pads);
  const steps: [number, number] = [...strides];
  const { parts, depthwise } = filter;
  const one = (part: Tensor, kernel: Tensor): Tensor =>
    depthwise
      ? tf.depthwiseConv2d(asMap(part), asMap(kernel), steps, pad ?? "valid")
      : tf.conv2d(asMap(part), asMap(kernel), steps, pad ?? "valid");
  const y = byGroup(tf, map, parts, one);
  return bias ? tf.add(y, bias) : y;
}

/** Spreads g back over a map of the size of `like`. */
export function conv2dTranspose(tf: Tf, g: Tensor, filter: Filter, like: Tensor, { strides, pads }: ConvAttributes): Tensor {
  const [n = 1, h = 1, w = 1, channels = 1] = like.shape;
  const pad = named(pads, filter, strides);
  const [high, wide] = pad ? [h, w] : [h + pads[0] + pads[2], w + pads[1] + pads[3]];
  const { parts, depthwise } = filter;
  const steps: [number, number] = [...strides];
  const shape = (c: number): [number, number, number, number] => [n, high, wide, c];
  const one = (part: Tensor, kernel: Tensor): Tensor => {
    if (!depthwise) return tf.conv2dTranspose(asMap(part), asMap(kernel), shape(channels / parts.length), steps, pad ?? "valid");
    const attributes = { strides: steps, pad: pad ?? "valid", dilations: [1, 1], inputShape: shape(channels) };
    return tf.engine().runKernel(tf.DepthwiseConv2dNativeBackpropInput, { dy: part, filter: kernel }, attributes) as Tensor;
  };
  const spread = byGroup(tf, g, parts, one);
  return pad ? spread : unpadded(tf, spread, pads, [h, w]);
}

/** Kernels are laid out once for a convolution and its gradient. */
export class Filters {
  readonly #known = new Map<Node, Map<string, Filter>>();

  constructor(private readonly tf: Tf) {}

  of(node: NodeOf<"conv2d"> | NodeOf<"conv2dTranspose">): Filter {
    const kernel = node.inputs[1];
    if (!kernel) throw new GraphError(`a ${node.op} has no kernel`);
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
