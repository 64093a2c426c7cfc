/**
 * Computes what an ONNX graph computes from constants and from the shapes of its maps alone: exporters write pads,
 * sizes and places of channels as small programs.
 */
import { DataType } from "../../onnx-schema.js";
import { type Constant, type Element, elementsOf, floatsOf, isWhole, small } from "./onnx-constants.js";
import type { NodeReader } from "./onnx-node.js";
import { dequantized, quantized } from "./onnx-quantized.js";
import { elements } from "./weights.js";

/** The most numbers that are made of a shape. */
const MOST = 4096;

const from = (i: number, length: number): number => (i < 0 ? i + length : i);
const within = (i: number, low: number, high: number): number => Math.min(Math.max(i, low), high);
const plainNumbers = (list: readonly Element[] | undefined): readonly number[] | undefined =>
  list?.every((e): e is number => typeof e === "number") ? list : undefined;

/** The shape of a map as its axes lie: the batch is not known, height and width vary. */
function shapeOfMap(node: NodeReader): Constant | undefined {
  const map = node.mapAt(0);
  if (!map?.facts) return undefined;
  const { channels } = map.facts;
  const list = map.axes.map((axis): Element => {
    if (axis === 1) return channels;
    return axis === 2 || axis === 3 ? { of: map.layer, axis, times: 1 } : undefined;
  });
  const cut = list.slice(from(node.int("start", 0), list.length), from(node.int("end", list.length), list.length));
  return small(DataType.int64, [cut.length], cut);
}

/** The same numbers in another shape. */
function reshape(x: Constant, wanted: readonly number[] | undefined): Constant | undefined {
  if (!wanted) return undefined;
  const kept = wanted.map((d, i) => (d === 0 ? (x.shape[i] ?? 1) : d));
  const known = elements(kept.filter((d) => d !== -1));
  const shape = kept.map((d) => (d === -1 ? elements(x.shape) / known : d));
  return elements(shape) === elements(x.shape) ? { ...x, shape } : undefined;
}

function squeeze(node: NodeReader, x: Constant): Constant {
  const axes = node.list(1, "axes")?.map((a) => from(a, x.shape.length));
  return { ...x, shape: x.shape.filter((d, i) => (axes ? !axes.includes(i) : d !== 1)) };
}

function unsqueeze(node: NodeReader, x: Constant): Constant {
  const axes = node.list(1, "axes") ?? [];
  const rank = x.shape.length + axes.length;
  const at = new Set(axes.map((a) => from(a, rank)));
  const rest = [...x.shape];
  return { ...x, shape: Array.from({ length: rank }, (_, i) => (at.has(i) ? 1 : (rest.shift() ?? 1))) };
}

function transpose(node: NodeReader, x: Constant): Constant | undefined {
  if (x.elements) return undefined;
  const permutation = node.ints("perm") ?? x.shape.map((_, i) => x.shape.length - 1 - i);
  const shape = permutation.map((p) => x.shape[p] ?? 1);
  const strides = permutation.map((p) => elements(x.shape.slice(p + 1)));
  const numbers = (): ArrayLike<number> => {
    const source = x.numbers();
    const result = new Float32Array(source.length);
    const at = new Array<number>(shape.length).fill(0);
    for (let i = 0, place = 0; i < result.length; i++) {
      result[i] = source[place] as number;
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        place += strides[axis] as number;
        if (++(at[axis] as number) < (shape[axis] as number)) break;
        place -= (strides[axis] as number) * (shape[axis] as number);
        at[axis] = 0;
      }
    }
    return result;
  };
  return { type: x.type, shape, numbers };
}

/** Along the first axis only: places of a list, rows of a small table. */
function slice(node: NodeReader, x: Constant): Constant | undefined {
  const [starts, ends, axes, steps] = [1, 2, 3, 4].map((i) => node.list(i, ["starts", "ends", "axes", "steps"][i - 1]));
  const list = elementsOf(x);
  const length = x.shape[0] ?? 0;
  if (!list || !starts || !ends || starts.length !== 1 || from(axes?.[0] ?? 0, x.shape.length) !== 0) return undefined;
  const step = steps?.[0] ?? 1;
  if (step === 0) return undefined;
  const [low, high] = step > 0 ? [0, length] : [-1, length - 1];
  const start = within(from(starts[0] ?? 0, length), low, high);
  const end = within(from(ends[0] ?? length, length), low, high);
  const row = list.length / Math.max(length, 1);
  const rows: Element[][] = [];
  for (let i = start; step > 0 ? i < end : i > end; i += step) rows.push(list.slice(i * row, (i + 1) * row));
  return small(x.type, [rows.length, ...x.shape.slice(1)], rows.flat());
}

function gather(node: NodeReader, x: Constant): Constant | undefined {
  const places = node.constant(1);
  const list = elementsOf(x);
  const numbers = places && plainNumbers(elementsOf(places));
  if (!list || !numbers || from(node.int("axis", 0), x.shape.length) !== 0) return undefined;
  const row = list.length / (x.shape[0] || 1);
  const rows = numbers.flatMap((i) => {
    const at = from(i, x.shape[0] ?? 0);
    return list.slice(at * row, (at + 1) * row);
  });
  return small(x.type, [...(places?.shape ?? []), ...x.shape.slice(1)], rows);
}

function concat(node: NodeReader): Constant | undefined {
  const parts = node.inputs.flatMap((_, i) => node.constant(i) ?? []);
  const lists = parts.map(elementsOf);
  if (lists.some((list) => !list)) return undefined;
  const all = lists.flatMap((list) => list ?? []);
  return small(parts[0]?.type ?? DataType.int64, [all.length], all);
}

function repeated(type: number, shape: readonly Element[] | undefined, value: Element): Constant | undefined {
  const dims = plainNumbers(shape);
  if (!dims || dims.some((d) => !Number.isInteger(d) || d < 0) || elements(dims) > MOST) return undefined;
  return small(type, dims, new Array<Element>(elements(dims)).fill(value));
}

type Binary = (a: number, b: number) => number;
const OF_TWO: Readonly<Record<string, Binary>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Max: Math.max,
  Min: Math.min,
};

/** Of sizes that vary, multiples are known. */
function combined(op: string, a: Element, b: Element, whole: boolean): Element {
  const of = OF_TWO[op];
  if (typeof a === "number" && typeof b === "number") {
    const result = of?.(a, b);
    return result !== undefined && whole && op === "Div" ? Math.trunc(result) : result;
  }
  if (op === "Mul" && typeof a === "object" && typeof b === "number") return { ...a, times: a.times * b };
  if (op === "Mul" && typeof b === "object" && typeof a === "number") return { ...b, times: b.times * a };
  return op === "Div" && typeof a === "object" && typeof b === "number" ? { ...a, times: a.times / b } : undefined;
}

function arithmetic(node: NodeReader): Constant | undefined {
  const [x, y] = [node.constant(0), node.constant(1)];
  const [a, b] = [x && elementsOf(x), y && elementsOf(y)];
  if (!x || !y || !a || !b) return undefined;
  const [large, shape] = a.length >= b.length ? [a, x.shape] : [b, y.shape];
  if (a.length !== b.length && a.length !== 1 && b.length !== 1) return undefined;
  const at = (list: readonly Element[], i: number): Element => list[list.length === 1 ? 0 : i];
  const { opType = "" } = node.node;
  return small(
    x.type,
    shape,
    large.map((_, i) => combined(opType, at(a, i), at(b, i), isWhole(x.type))),
  );
}

const rounded =
  (round: (x: number) => number) =>
  (_: NodeReader, x: Constant): Constant | undefined => {
    const list = elementsOf(x);
    // Resampling rounds sizes down by itself.
    return (
      list &&
      small(
        x.type,
        x.shape,
        list.map((e) => (typeof e === "number" ? round(e) : e)),
      )
    );
  };

/** Into another type; into whole numbers, what follows the point is dropped. */
function cast(node: NodeReader, x: Constant): Constant | undefined {
  const type = node.int("to", x.type);
  if (isWhole(x.type) || !isWhole(type)) return { ...x, type };
  return rounded(Math.trunc)(node, { ...x, type });
}

const FOLDS: Readonly<Record<string, (node: NodeReader, x: Constant) => Constant | undefined>> = {
  Identity: (_, x) => x,
  Cast: cast,
  Reshape: (node, x) => reshape(x, node.list(1)),
  Flatten: (node, x) => reshape(x, [elements(x.shape.slice(0, node.int("axis", 1))), -1]),
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transpose,
  Slice: slice,
  Gather: gather,
  Concat: concat,
  ConstantOfShape: (node, x) => {
    const value = node.tensor("value");
    return repeated(value?.type ?? DataType.float32, elementsOf(x), value?.numbers()[0] ?? 0);
  },
  Expand: (node, x) => {
    const [list, shape] = [elementsOf(x), node.constant(1)];
    return list?.length === 1 && shape ? repeated(x.type, elementsOf(shape), list[0]) : undefined;
  },
  QuantizeLinear: quantized,
  DequantizeLinear: dequantized,
  Floor: rounded(Math.floor),
  Ceil: rounded(Math.ceil),
  Sqrt: (_, x) => (x.elements ? undefined : { ...x, numbers: () => floatsOf(x).map(Math.sqrt) }),
  Neg: (_, x) => (x.elements ? undefined : { ...x, numbers: () => floatsOf(x).map((v) => -v) }),
};

/** What a node computes, where that is known without a picture. */
export function fold(node: NodeReader): Constant | undefined {
  const { opType = "" } = node.node;
  if (opType === "Shape") return shapeOfMap(node) ?? undefined;
  const first = node.constant(0);
  if (!first || node.inputs.some((name, i) => name !== "" && !node.isConstant(i))) return undefined;
  if (Object.hasOwn(OF_TWO, opType)) return arithmetic(node);
  return Object.hasOwn(FOLDS, opType) ? FOLDS[opType]?.(node, first) : undefined;
}
