/** Heights and widths of feature maps, computed by the program itself from the height and width of its inputs. */

import type { Dimensions } from "../../graph/dimensions.js";
import { at, kernelOf, type Node, type NodeOf, type Pads, type Pair } from "../../graph/node.js";
import { H, W } from "./geometry.js";
import type { OnnxWriter } from "./writer.js";

/**
 * Writes the size [H, W] of a feature map as a few whole numbers. Taking the Shape of the map itself would force
 * onnxruntime to bring it out of its blocked layout for nothing else.
 */
export class Sizes {
  readonly #known = new Map<string, string>();

  constructor(
    private readonly writer: OnnxWriter,
    private readonly dimensions: Dimensions,
    private readonly resultOf: (node: Node) => string,
  ) {}

  /** The ONNX name of an int64 tensor [H, W]. */
  of(node: Node): string {
    const [, , height, width] = this.dimensions.of(node);
    const key = `${height} x ${width}`;
    const known = this.#known.get(key);
    if (known) return known;
    const name = this.#write(node);
    this.#known.set(key, name);
    return name;
  }

  /** A number that height and width are sure to be multiples of. */
  divisorOf(node: Node): number {
    switch (node.op) {
      case "input":
        return node.attributes.multipleOf;
      case "conv2d":
        return this.#divided(node, windowOfConv(node));
      case "maxPool":
      case "avgPool":
        return this.#divided(node, windowOfPool(node));
      case "subsample":
        return this.#divided(node, windowOfSubsample(node));
      case "conv2dTranspose":
        return this.divisorOf(at(node.inputs, 2));
      default: {
        const alike = node.inputs.find((input) => this.#isAsLarge(input, node));
        return alike ? this.divisorOf(alike) : 1;
      }
    }
  }

  #write(node: Node): string {
    const w = this.writer;
    switch (node.op) {
      case "conv2d":
        return this.#windows(node, windowOfConv(node));
      case "maxPool":
      case "avgPool":
        return this.#windows(node, windowOfPool(node));
      case "subsample":
        return this.#windows(node, windowOfSubsample(node));
      case "relu":
      case "clip":
      case "maxPoolGradient":
      case "roll":
        return this.of(at(node.inputs, 0));
      case "avgPoolGradient":
      case "subsampleGradient":
        return this.of(at(node.inputs, 1));
      case "conv2dTranspose":
        return this.of(at(node.inputs, 2));
      default: {
        const alike = node.inputs.find((input) => this.#isAsLarge(input, node));
        if (alike) return this.of(alike);
        return w.node("Slice", [w.node("Shape", [this.resultOf(node)]), w.ints([H]), w.ints([W + 1]), w.ints([0])]);
      }
    }
  }

  /** Whether an input is sure to have its node's height and width: an operand of an addition, for instance. */
  #isAsLarge(input: Node, node: Node): boolean {
    if (input.shape.length !== node.shape.length || node.op === "transpose" || node.op === "reshape") return false;
    const [mine, theirs] = [this.dimensions.of(node), this.dimensions.of(input)];
    return mine[H] === theirs[H] && mine[W] === theirs[W];
  }

  /** What divides a size that windows have gone over. */
  #divided(node: Node, { strides: [stride, across], lost }: Window): number {
    const before = this.divisorOf(at(node.inputs, 0));
    // A window a stride, and none more: floor((size - lost - 1) / stride) + 1 is then size / stride.
    const whole = stride === across && before % stride === 0 && lost.every((n) => n >= 0 && n < stride);
    return whole ? before / stride : 1;
  }

  #windows(node: Node, { strides, lost }: Window): string {
    const w = this.writer;
    const size = this.of(at(node.inputs, 0));
    if (strides.every((s) => s === 1) && lost.every((n) => n === 0)) return size;
    // floor((size - lost - 1) / stride) + 1; the difference is never negative where a window fits.
    const places = w.node("Div", [w.node("Sub", [size, w.ints(lost.map((n) => n + 1))]), w.ints(strides)]);
    return w.node("Add", [places, w.ints([1, 1])]);
  }
}

/** How windows go over a map, down and across. */
interface Window {
  readonly strides: Pair;
  /** By how much a window reaches over one place and what is padded. */
  readonly lost: Pair;
}

function window([h, w]: Pair, strides: Pair, [top, left, bottom, right]: Pads, [down, across]: Pair = [1, 1]): Window {
  return { strides, lost: [down * (h - 1) - top - bottom, across * (w - 1) - left - right] };
}

function windowOfConv(node: NodeOf<"conv2d">): Window {
  const { strides, pads, dilations } = node.attributes;
  const [, , h, w] = kernelOf(node).shape;
  return window([Number(h), Number(w)], strides, pads, dilations);
}

const windowOfPool = ({ attributes: { kernel, strides, pads } }: NodeOf<"maxPool" | "avgPool">): Window =>
  window(kernel, strides, pads);

const windowOfSubsample = ({ attributes: { strides } }: NodeOf<"subsample">): Window =>
  window([1, 1], strides, [0, 0, 0, 0]);
