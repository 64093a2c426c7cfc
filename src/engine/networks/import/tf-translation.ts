/** A TensorFlow graph, in which maps are [N, H, W, C], written down as ONNX nodes on [N, C, H, W]. */
import { DataType, type OnnxNode } from "../../onnx-schema.js";
import { type Constant, elementsOf, small } from "./onnx-constants.js";
import type { TfjsWeights } from "./tfjs-weights.js";
import { elements } from "./weights.js";

/** Where each axis of [N, H, W, C] is in [N, C, H, W]. */
const AXES = [0, 2, 3, 1] as const;

type Attribute = number | string | readonly number[];

/** What is written down for a node of the file. */
export class Translation {
  readonly nodes: OnnxNode[] = [];
  readonly constants = new Map<string, Constant>();
  readonly #ranks = new Map<string, number>();

  constructor(weights: TfjsWeights) {
    for (const [name, { shape, data }] of weights.named)
      this.constants.set(name, { type: DataType.float32, shape, numbers: data });
  }

  /** How many axes a value has; a map has four. */
  rank(value: string): number {
    return this.#ranks.get(value) ?? 4;
  }

  setRank(value: string, rank: number): void {
    this.#ranks.set(value, rank);
  }

  /** A small constant's numbers; nothing where it is none. */
  list(value: string | undefined): readonly number[] | undefined {
    const constant = this.constants.get(value ?? "");
    const found = constant && elementsOf(constant);
    return found?.every((e): e is number => typeof e === "number") ? found : undefined;
  }

  /** An axis of [N, H, W, C], from the end where it is negative, in [N, C, H, W]. */
  axis(of: string, axis: number): number {
    const rank = this.rank(of);
    const place = axis < 0 ? axis + rank : axis;
    return rank === 4 ? (AXES[place] ?? place) : place;
  }

  /** Writes a node down, and says the name of its result. */
  emit(name: string, opType: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}): string {
    const attribute = Object.entries(attributes).map(([key, value]) => {
      if (typeof value === "string") return { name: key, s: new TextEncoder().encode(value) };
      if (typeof value !== "number") return { name: key, ints: [...value] };
      return { name: key, i: value, f: value };
    });
    this.nodes.push({ opType, input: [...inputs], output: [name], attribute });
    this.#ranks.set(name, this.rank(inputs[0] ?? ""));
    return name;
  }

  /** A constant of a few numbers. */
  constant(name: string, shape: readonly number[], numbers: readonly number[]): string {
    const constant = small(DataType.float32, shape, numbers);
    if (constant) this.constants.set(name, constant);
    return name;
  }

  /** A constant by another name and in another shape. */
  reshaped(value: string, name: string, shape: readonly number[]): string {
    const constant = this.constants.get(value);
    if (!constant || elements(constant.shape) !== elements(shape)) return value;
    this.constants.set(name, { ...constant, shape });
    return name;
  }

  /** A constant beside a map: what is last there, the channels, is second here. */
  beside(map: string, value: string): string {
    const constant = this.constants.get(value);
    if (!constant || this.rank(map) !== 4 || constant.shape.length > 4) return value;
    const [n, h, w, c] = [...new Array<number>(4 - constant.shape.length).fill(1), ...constant.shape];
    if (n !== 1 || h !== 1 || w !== 1 || c === undefined) return value;
    return this.reshaped(value, `${value} (of channels)`, [c, 1, 1]);
  }
}
