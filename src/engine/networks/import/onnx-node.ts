/** A node of an ONNX graph with its constants. */
import type { Pads, Pair } from "../../graph/node.js";
import type { OnnxNode, OnnxTensor } from "../../onnx-schema.js";
import { samePads2d, Unusable, type Vector } from "./layer-graph.js";
import { shapeOf, tensorFloats, tensorNumbers } from "./onnx-tensor.js";
import { elements, type Weight } from "./weights.js";

export class NodeReader {
  readonly #attributes;
  readonly inputs: readonly string[];

  constructor(
    readonly node: OnnxNode,
    private readonly constants: ReadonlyMap<string, OnnxTensor>,
    private readonly path: string,
  ) {
    this.#attributes = new Map((node.attribute ?? []).map((a) => [a.name, a]));
    this.inputs = node.input ?? [];
  }

  float(name: string, otherwise: number): number {
    return this.#attributes.get(name)?.f ?? otherwise;
  }

  int(name: string, otherwise: number): number {
    return this.#attributes.get(name)?.i ?? otherwise;
  }

  ints(name: string): readonly number[] | undefined {
    return this.#attributes.get(name)?.ints;
  }

  string(name: string, otherwise: string): string {
    const bytes = this.#attributes.get(name)?.s;
    return bytes ? new TextDecoder().decode(bytes) : otherwise;
  }

  tensor(name: string): OnnxTensor | undefined {
    return this.#attributes.get(name)?.t;
  }

  /** A constant input, or undefined if it is not there or not constant. */
  constant(index: number): OnnxTensor | undefined {
    return this.constants.get(this.inputs[index] ?? "");
  }

  isConstant(index: number): boolean {
    return this.constant(index) !== undefined;
  }

  weight(index: number, what: string): Weight {
    const tensor = this.constant(index);
    if (!tensor) throw new Unusable("unusable.variable", { what });
    return { shape: shapeOf(tensor), data: () => tensorFloats(tensor, this.path) };
  }

  numbers(index: number): number[] | undefined {
    const tensor = this.constant(index);
    return tensor && Array.from(tensorNumbers(tensor, this.path));
  }

  /** A constant that holds one number for each channel of [N, C, H, W], or one for all. */
  perChannel(index: number): Vector {
    const weight = this.weight(index, "operand");
    const length = elements(weight.shape);
    const shape = weight.shape;
    const place = shape.length - shape.findIndex((d) => d !== 1);
    if (length !== 1 && (shape.filter((d) => d !== 1).length !== 1 || place !== 3))
      throw new Unusable("unusable.constant-shape", { shape: shape.join(", ") });
    return { length, data: () => weight.data() };
  }

  /** An attribute of two numbers. */
  pair(name: string, otherwise?: Pair): Pair {
    const found = this.ints(name);
    if (!found && otherwise) return otherwise;
    const [h, w, ...rest] = found ?? [];
    if (h === undefined || w === undefined || rest.length > 0)
      throw new Unusable("unusable.not-two", { setting: name });
    return [h, w];
  }

  pads(kernel: Pair, strides: Pair, dilations: Pair): Pads {
    const auto = this.string("auto_pad", "NOTSET");
    if (auto === "SAME_UPPER" || auto === "SAME_LOWER")
      return samePads2d(kernel, strides, dilations, auto === "SAME_LOWER");
    const [top = 0, left = 0, bottom = 0, right = 0] = auto === "VALID" ? [] : (this.ints("pads") ?? []);
    if (Math.min(top, left, bottom, right) < 0) throw new Unusable("unusable.negative-pads");
    return [top, left, bottom, right];
  }
}
