/** Pieces of ONNX that lowerings share: sizes changed at the borders of feature maps, which axes are which. */
import { GraphError, type Node } from "../../graph/node.js";
import type { OnnxWriter } from "./writer.js";

export const H = 2;
export const W = 3;

/** The channels of a node's result, where its lowering has to know them. */
export function channelsOf({ op, shape }: Node): number {
  const channels = shape[1];
  if (typeof channels !== "number") throw new GraphError(`a ${op} needs a known number of channels here`);
  return channels;
}

// Pads are given for all four axes: onnxruntime's rearranging of layouts, which WebGPU needs, overlooks that Pad may
// name its axes.

/** Fills x, of a size, with zeros at the end of H and W up to a larger size. */
export function fill(w: OnnxWriter, x: string, from: string, to: string): string {
  const missing = w.node("Sub", [to, from]);
  return w.node("Pad", [x, w.node("Concat", [w.ints([0, 0, 0, 0, 0, 0]), missing], { axis: 0 })]);
}

/** Leaves out `top` rows and `left` columns of x, then as much of its end as it is larger than a size. */
export function cut(w: OnnxWriter, x: string, size: string, top: number, left: number): string {
  const start = w.ints([top, left]);
  const end = top || left ? w.node("Add", [size, start]) : size;
  return w.node("Slice", [x, start, end, w.ints([H, W])]);
}

/** x with room for a size after `top` and `left` are left out: used where x may be too small. */
export function fitTo(
  w: OnnxWriter,
  x: string,
  size: string,
  top: number,
  left: number,
  room: readonly [number, number],
): string {
  return cut(w, w.node("Pad", [x, w.ints([0, 0, 0, 0, 0, 0, ...room])]), size, top, left);
}

interface ConvGeometry {
  readonly kernel_shape: readonly number[];
  readonly strides?: readonly number[];
  readonly dilations?: readonly number[];
  /** Top, left, bottom, right. */
  readonly pads: readonly number[];
  readonly group: number;
}

/** A convolution of x with a kernel, and a bias where there is one. */
export function convolution(w: OnnxWriter, [x = "", ...weights]: readonly string[], geometry: ConvGeometry): string {
  const { pads, kernel_shape: kernel } = geometry;
  // WebGPU takes a 1x1 convolution for a matrix product when nothing is padded at the top and left, and forgets the
  // other sides.
  if (w.device !== "webgpu" || kernel.some((k) => k > 1) || pads.every((p) => p === 0))
    return w.node("Conv", [x, ...weights], { ...geometry });
  const [top = 0, left = 0, bottom = 0, right = 0] = pads;
  const padded = w.node("Pad", [x, w.ints([0, 0, top, left, 0, 0, bottom, right])]);
  return w.node("Conv", [padded, ...weights], { ...geometry, pads: [0, 0, 0, 0] });
}
