/**
 * Resampling as matrices that the program makes from the sizes of its maps: a row for each place of the result, with
 * the weights of the places it is taken from. The gradient is the product with the same matrices, transposed.
 */
import { at, type Node, type NodeOf, type Sampling } from "../../graph/node.js";
import { DataType } from "../../onnx-schema.js";
import type { Sizes } from "./sizes.js";
import type { OnnxWriter } from "./writer.js";

type Resize = Extract<Sampling, { type: "resize" }>;

/** One of a size's two numbers, as an int64 tensor of one number. */
const part = (w: OnnxWriter, size: string, axis: 0 | 1): string =>
  w.node("Slice", [size, w.ints([axis]), w.ints([axis + 1]), w.ints([0])]);

/** 0, 1, ... as floats. @param count an int64 tensor of one number */
function counting(w: OnnxWriter, count: string): string {
  const alone = (name: string): string => w.node("Squeeze", [name, w.ints([0])]);
  const range = w.node("Range", [alone(w.ints([0])), alone(count), alone(w.ints([1]))]);
  return w.node("Cast", [range], { to: DataType.float32 });
}

/** Where the places of a result lie in the source, in its places: a number or a fraction between two. */
function resized(w: OnnxWriter, to: Resize, places: string, from: string, count: string): string {
  const float = (name: string): string => w.node("Cast", [name], { to: DataType.float32 });
  const less = (name: string): string => w.node("Sub", [float(name), w.scalar(1)]);
  const { align, factor, rounding } = to;
  if (align === "ends") {
    // A single place takes the first.
    const steps = w.node("Max", [less(count), w.scalar(1)]);
    return rounded(w, rounding, w.node("Div", [w.node("Mul", [places, less(from)]), steps]));
  }
  const half = align === "corners" ? 0.5 : 0;
  const shifted = half ? w.node("Add", [places, w.scalar(half)]) : places;
  // The product first: what divides evenly is then exact.
  const there =
    factor === null
      ? w.node("Div", [w.node("Mul", [shifted, float(from)]), float(count)])
      : w.node("Div", [shifted, w.scalar(factor)]);
  return rounded(w, rounding, half ? w.node("Sub", [there, w.scalar(half)]) : there);
}

function rounded(w: OnnxWriter, rounding: Resize["rounding"], x: string): string {
  switch (rounding) {
    case null:
      return x;
    case "floor":
      return w.node("Floor", [x]);
    case "ceil":
      return w.node("Ceil", [x]);
    case "round-down":
      return w.node("Ceil", [w.node("Sub", [x, w.scalar(0.5)])]);
    case "round-up":
      return w.node("Floor", [w.node("Add", [x, w.scalar(0.5)])]);
  }
}

/** The matrix of one axis: [places of the result, places of the source]. */
function matrix(w: OnnxWriter, sampling: Sampling, from: string, count: string): string {
  const places = counting(w, count);
  const last = w.node("Sub", [w.node("Cast", [from], { to: DataType.float32 }), w.scalar(1)]);
  let source =
    sampling.type === "pad"
      ? w.node("Sub", [places, w.scalar(sampling.before)])
      : resized(w, sampling, places, from, count);
  if (sampling.type === "pad" && sampling.mode === "reflect") {
    const mirrored = w.node("Abs", [source]);
    source = w.node("Sub", [last, w.node("Abs", [w.node("Sub", [last, mirrored])])]);
  }
  const inside = w.node("Min", [w.node("Max", [source, w.scalar(0)]), last]);
  const away = w.node("Sub", [w.node("Unsqueeze", [inside, w.ints([1])]), counting(w, from)]);
  return w.node("Relu", [w.node("Sub", [w.scalar(1), w.node("Abs", [away])])]);
}

/** The matrices of rows and columns that take a map of a size to another. */
function matrices(
  w: OnnxWriter,
  { rows, columns }: NodeOf<"resample">["attributes"],
  from: string,
  to: string,
): { down: string; across: string } {
  return {
    down: matrix(w, rows, part(w, from, 0), part(w, to, 0)),
    across: matrix(w, columns, part(w, from, 1), part(w, to, 1)),
  };
}

/** The size of the result, [H, W], from that of the source. */
function sizeAfter(w: OnnxWriter, node: NodeOf<"resample">, from: string, like: () => string): string {
  const parts = ([node.attributes.rows, node.attributes.columns] as const).map((sampling, i) => {
    const axis = i as 0 | 1;
    if (sampling.type === "pad")
      return w.node("Add", [part(w, from, axis), w.ints([sampling.before + sampling.after])]);
    if (sampling.factor === null) return part(w, like(), axis);
    const size = w.node("Cast", [part(w, from, axis)], { to: DataType.float32 });
    const places = w.node("Floor", [w.node("Mul", [size, w.scalar(sampling.factor)])]);
    return w.node("Cast", [places], { to: DataType.int64 });
  });
  return w.node("Concat", parts, { axis: 0 });
}

export function resample(w: OnnxWriter, node: NodeOf<"resample">, x: readonly string[], sizes: Sizes): string {
  const [map, like = map] = node.inputs as readonly [Node, Node?];
  const from = sizes.of(map);
  const { down, across } = matrices(
    w,
    node.attributes,
    from,
    sizeAfter(w, node, from, () => sizes.of(like)),
  );
  const columns = w.node("MatMul", [at(x, 0), w.node("Transpose", [across], { perm: [1, 0] })]);
  return w.node("MatMul", [down, columns]);
}

export function resampleGradient(
  w: OnnxWriter,
  node: NodeOf<"resampleGradient">,
  x: readonly string[],
  sizes: Sizes,
): string {
  const [g, like] = [at(node.inputs, 0), at(node.inputs, 1)];
  const { down, across } = matrices(w, node.attributes, sizes.of(like), sizes.of(g));
  return w.node("MatMul", [w.node("Transpose", [down], { perm: [1, 0] }), w.node("MatMul", [at(x, 0), across])]);
}
