/** Heights and widths of feature maps, computed by the program itself from the height and width of its inputs. */

import type { Dimensions } from "../../graph/dimensions.js";
import { at, kernelOf, type Node } from "../../graph/node.js";
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
      case "maxPool":
      case "avgPool": {
        const { kernel, strides, pads } = node.attributes;
        const [stride, across] = strides;
        const tiles = stride === across && kernel[0] === stride && kernel[1] === stride && pads.every((p) => p === 0);
        const before = this.divisorOf(at(node.inputs, 0));
        return tiles && before % stride === 0 ? before / stride : 1;
      }
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
      case "conv2d": {
        const { strides, pads, dilations } = node.attributes;
        return this.#window(node, kernelOf(node).shape.slice(2).map(Number), strides, pads, dilations);
      }
      case "maxPool":
      case "avgPool":
        return this.#window(node, node.attributes.kernel, node.attributes.strides, node.attributes.pads, [1, 1]);
      case "subsample":
        return this.#window(node, [1, 1], node.attributes.strides, [0, 0, 0, 0], [1, 1]);
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

  #window(
    node: Node,
    kernel: readonly number[],
    strides: readonly number[],
    pads: readonly number[],
    dilations: readonly number[],
  ): string {
    const w = this.writer;
    const size = this.of(at(node.inputs, 0));
    const lost = [0, 1].map((i) => (dilations[i] ?? 1) * ((kernel[i] ?? 1) - 1) - (pads[i] ?? 0) - (pads[i + 2] ?? 0));
    if (strides.every((s) => s === 1) && lost.every((n) => n === 0)) return size;
    // floor((size - lost - 1) / stride) + 1; the difference is never negative where a window fits.
    const places = w.node("Div", [w.node("Sub", [size, w.ints(lost.map((n) => n + 1))]), w.ints(strides)]);
    return w.node("Add", [places, w.ints([1, 1])]);
  }
}
