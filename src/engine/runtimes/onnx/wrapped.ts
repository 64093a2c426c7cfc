/** Operations on images that continue at their opposite sides. */
import { at, type Node } from "../../graph/node.js";
import { DataType } from "../../onnx-schema.js";
import { H, W } from "./geometry.js";
import type { Sizes } from "./sizes.js";
import type { OnnxWriter } from "./writer.js";

const TO_THE_END = Number.MAX_SAFE_INTEGER;

/** The places of x from `from` up to `to` along an axis. */
function between(w: OnnxWriter, x: string, from: string, to: string, axis: number): string {
  return w.node("Slice", [x, from, to, w.ints([axis])]);
}

/** Two pieces and what lies between them: copies of whole rows, which take no time. */
export function roll(w: OnnxWriter, node: Node, [x = "", offset = ""]: readonly string[], sizes: Sizes): string {
  const moved = w.node("Neg", [w.node("Cast", [offset], { to: DataType.int64 })]);
  const starts = w.node("Mod", [moved, sizes.of(at(node.inputs, 0))]);
  return [H, W].reduce((rolled, axis, i) => {
    const start = between(w, starts, w.ints([i]), w.ints([i + 1]), 0);
    const end = between(w, rolled, start, w.ints([TO_THE_END]), axis);
    return w.node("Concat", [end, between(w, rolled, w.ints([0]), start, axis)], { axis });
  }, x);
}

/**
 * Two convolutions of single planes, all filters at once: one gathering of a line's neighbours serves them all, and the
 * second sums them. A product with a banded matrix took twice as long at 512 x 384, and ever longer for larger images.
 */
export function blur(
  w: OnnxWriter,
  node: Node,
  [x = "", across = "", down = ""]: readonly string[],
  sizes: Sizes,
): string {
  const size = sizes.of(at(node.inputs, 0));
  const planes = w.node("Reshape", [x, w.node("Concat", [w.ints([-1, 1]), size], { axis: 0 })]);
  const kernel = (half: string, axes: readonly number[]): string => {
    const other = w.node("Slice", [half, w.ints([-1]), w.ints([0]), w.ints([1]), w.ints([-1])]);
    return w.node("Unsqueeze", [w.node("Concat", [other, half], { axis: 1 }), w.ints(axes)]);
  };
  const around = (plane: string, half: string, axis: number): string => {
    const taps = between(w, w.node("Shape", [half]), w.ints([1]), w.ints([2]), 0);
    const radius = w.node("Sub", [taps, w.ints([1])]);
    const length = between(w, size, w.ints([axis - H]), w.ints([axis - H + 1]), 0);
    const before = between(w, plane, w.node("Sub", [length, radius]), w.ints([TO_THE_END]), axis);
    return w.node("Concat", [before, plane, between(w, plane, w.ints([0]), radius, axis)], { axis });
  };
  const padded = around(around(planes, down, H), across, W);
  const rows = w.node("Conv", [padded, kernel(across, [1, 2])]);
  const blurred = w.node("Conv", [rows, kernel(down, [0, 3])]);
  return w.node("Reshape", [blurred, w.node("Shape", [x])]);
}

/** Bilinear sampling of the image with its first row and column after its last. */
export function sample(w: OnnxWriter, node: Node, [x = "", u = "", v = ""]: readonly string[], sizes: Sizes): string {
  const size = w.node("Cast", [sizes.of(at(node.inputs, 0))], { to: DataType.float32 });
  const extended = [H, W].reduce(
    (wide, axis) => w.node("Concat", [wide, between(w, wide, w.ints([0]), w.ints([1]), axis)], { axis }),
    x,
  );
  // GridSample counts from -1 to 1, the centres of the first and last pixel.
  const grid = [u, v].map((places, i) => {
    const length = between(w, size, w.ints([1 - i]), w.ints([2 - i]), 0);
    const laps = w.node("Div", [places, length]);
    const share = w.node("Sub", [laps, w.node("Floor", [laps])]);
    const counted = w.node("Sub", [w.node("Mul", [share, w.scalar(2)]), w.scalar(1)]);
    return w.node("Transpose", [counted], { perm: [0, 2, 3, 1] });
  });
  return w.node("GridSample", [extended, w.node("Concat", grid, { axis: 3 })], {
    mode: "bilinear",
    padding_mode: "border",
    align_corners: 1,
  });
}
