/** A node of an ONNX graph with its constants, and what is known of the maps it takes in. */
import type { Pads, Pair } from "../../graph/node.js";
import type { OnnxNode } from "../../onnx-schema.js";
import { samePads2d, Unusable, type Vector } from "./layer-graph.js";
import { type Constant, constantOf, type Element, elementsOf, floatsOf } from "./onnx-constants.js";
import type { Facts } from "./survey.js";
import { elements, type Weight } from "./weights.js";

/** Height and width in a row, as one axis. */
export const PLACES = 4;

/** A value of the graph that is made of a picture. */
export interface MapValue {
  /** The layer that it is. */
  readonly layer: string;
  /** undefined where the layer cannot be used. */
  readonly facts: Facts | undefined;
  /** For each axis of the value, its axis of [N, C, H, W], or {@link PLACES}; axes of size 1 may be missing. */
  readonly axes: readonly number[];
  /** Its channels are cut into [groups, rest], as axes of their own, or with all places in a row: [N, groups, rest]. */
  readonly split?: { readonly groups: number; readonly swapped: boolean; readonly row: boolean };
  /** What the file's numbers stand for here; those of the layer are what they stand for. */
  readonly quantized: Quantized;
}

/** The number x of a file stands for (x - zero) * scale. */
export interface Quantized {
  readonly scale: number;
  readonly zero: number;
}

/** Numbers that stand for themselves. */
export const PLAIN_NUMBERS: Quantized = { scale: 1, zero: 0 };

export const NCHW: readonly number[] = [0, 1, 2, 3];

/** Height and width that a file is for, where it is for one size. */
export type Sizes = readonly [number | undefined, number | undefined];

/** What a file says of its values. */
export interface Scope {
  readonly pictureSize: Sizes;
  readonly path: string;
  readonly constants: ReadonlyMap<string, Constant>;
  readonly maps: ReadonlyMap<string, MapValue>;
}

export class NodeReader {
  readonly #attributes;
  readonly inputs: readonly string[];

  constructor(
    readonly node: OnnxNode,
    private readonly scope: Scope,
    /** Which of the node's results is read. */
    readonly output = 0,
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

  floats(name: string): readonly number[] | undefined {
    return this.#attributes.get(name)?.floats;
  }

  string(name: string, otherwise: string): string {
    const bytes = this.#attributes.get(name)?.s;
    return bytes ? new TextDecoder().decode(bytes) : otherwise;
  }

  tensor(name: string): Constant | undefined {
    const tensor = this.#attributes.get(name)?.t;
    return tensor && constantOf(tensor, this.scope.path);
  }

  /** A constant input, or undefined if it is not there or not constant. */
  constant(index: number): Constant | undefined {
    return this.scope.constants.get(this.inputs[index] ?? "");
  }

  isConstant(index: number): boolean {
    return this.constant(index) !== undefined;
  }

  mapAt(index: number): MapValue | undefined {
    return this.scope.maps.get(this.inputs[index] ?? "");
  }

  /** A feature map that goes in. */
  map(index = 0): MapValue & { readonly facts: Facts } {
    const map = this.mapAt(index);
    if (!map?.facts) throw new Unusable("unusable.variable", { what: "operand" });
    return { ...map, facts: map.facts };
  }

  /** A feature map whose axes lie as [N, C, H, W]. */
  plain(index = 0): MapValue & { readonly facts: Facts } {
    const map = this.map(index);
    if (map.split || map.axes.join() !== NCHW.join()) throw new Unusable("unusable.axes");
    return map;
  }

  /** The picture's height or width, where the file is for one size. */
  declaredSize(axis: 2 | 3): number | undefined {
    return this.scope.pictureSize[axis === 2 ? 0 : 1];
  }

  /** The axis of [N, C, H, W] that is meant by an axis of the first input; {@link PLACES} is none. */
  axis(axis: number): number {
    const { axes, split } = this.map();
    const found = axes[axis < 0 ? axis + axes.length : axis];
    if (found === undefined || split) throw new Unusable("unusable.axes");
    return found;
  }

  weight(index: number, what: string): Weight {
    const constant = this.constant(index);
    if (!constant || constant.elements) throw new Unusable("unusable.variable", { what });
    return { shape: constant.shape, data: () => floatsOf(constant) };
  }

  /** Elements of a small constant input, of which some may vary. */
  elements(index: number): readonly Element[] | undefined {
    const constant = this.constant(index);
    return constant && elementsOf(constant);
  }

  /** Numbers of an input, or of the attribute that held them in older versions. */
  list(index: number, attribute?: string): readonly number[] | undefined {
    const found = this.elements(index);
    if (found?.every((e): e is number => typeof e === "number")) return found;
    return attribute === undefined ? undefined : (this.ints(attribute) ?? this.floats(attribute));
  }

  /**
   * The one number of a constant input, which may be written down for each channel; undefined where there is none.
   * @throws Unusable where there are several
   */
  single(index: number): number | undefined {
    const constant = this.constant(index);
    if (!constant || constant.elements) return undefined;
    const [number, ...others] = new Set(Array.from(constant.numbers()));
    if (others.length > 0) throw new Unusable("unusable.per-channel");
    return number;
  }

  /** A constant that holds one number for each channel of a map, or one for all. */
  perChannel(index: number, of = 1 - index): Vector {
    const weight = this.weight(index, "operand");
    const { shape } = weight;
    const length = elements(shape);
    const { axes } = this.map(of);
    const place = axes.length - shape.length + shape.findIndex((d) => d !== 1);
    if (length !== 1 && (shape.filter((d) => d !== 1).length !== 1 || axes[place] !== 1))
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
