/** Lowers the gradients of pooling. */
import { at, type Node, type NodeOf, type PoolAttributes } from "../../graph/node.js";
import { scaled } from "./blocked.js";
import { channelsOf, fill, fitTo, H, W } from "./geometry.js";
import type { Sizes } from "./sizes.js";
import type { OnnxWriter } from "./writer.js";

function isTiling({ kernel, strides, pads }: PoolAttributes): boolean {
  return kernel[0] === strides[0] && kernel[1] === strides[1] && pads.every((p) => p === 0);
}

const upsample = (w: OnnxWriter, x: string, [h, v]: readonly [number, number]): string =>
  w.node("Resize", [x, "", w.floats(Float32Array.of(1, 1, h, v), [4])], {
    mode: "nearest",
    coordinate_transformation_mode: "asymmetric",
    nearest_mode: "floor",
  });

/** Each value of `small` over its whole window of `large`; zeros past the last whole window. */
function tiled(
  w: OnnxWriter,
  x: string,
  small: Node,
  large: Node,
  kernel: readonly [number, number],
  sizes: Sizes,
): string {
  const spread = upsample(w, x, kernel);
  if (kernel[0] === kernel[1] && sizes.divisorOf(large) % kernel[0] === 0) {
    if (w.isBlocked(x)) w.block(spread);
    return spread;
  }
  return fill(w, spread, w.node("Mul", [sizes.of(small), w.ints(kernel)]), sizes.of(large));
}

export const poolAttributes = ({ kernel, strides, pads }: PoolAttributes) => ({ kernel_shape: kernel, strides, pads });

/** Sends each window's gradient to its largest place. */
export function maxPoolGradient(
  w: OnnxWriter,
  node: NodeOf<"maxPoolGradient">,
  inputs: readonly string[],
  sizes: Sizes,
): string {
  const [x, y, g] = [at(inputs, 0), at(inputs, 1), at(inputs, 2)];
  const { kernel } = node.attributes;
  if (isTiling(node.attributes)) {
    // Windows that do not overlap: the largest place is where the window's result, spread over it, equals x. Rows and
    // columns past the last whole window have no result: there g is filled with zeros.
    const spread = (v: string): string => tiled(w, v, at(node.inputs, 1), at(node.inputs, 0), kernel, sizes);
    const largest = w.node("Equal", [x, spread(y)]);
    return w.node("Where", [largest, spread(g), w.scalar(0)]);
  }
  if (w.device === "webgpu") return maxPoolGradientByPlaces(w, node, [x, y, g], sizes);
  // Windows that overlap: MaxPool says where each maximum lies, and a place may collect from several windows.
  const [, where = ""] = w.nodes("MaxPool", [x], poolAttributes(node.attributes), 2);
  const flat = w.ints([-1]);
  const shape = w.node("Shape", [x]);
  const zeros = w.node("ConstantOfShape", [w.node("ReduceProd", [shape], { keepdims: 1 })]);
  const sums = w.node("ScatterElements", [zeros, w.node("Reshape", [where, flat]), w.node("Reshape", [g, flat])], {
    axis: 0,
    reduction: "add",
  });
  return w.node("Reshape", [sums, shape]);
}

/** Less than any activation, and finite. */
const NEVER = -3.4e38;

/**
 * The gradient of max pooling whose windows overlap, for WebGPU, whose MaxPool does not say where its maxima lie: for
 * each place of the window, the g of those windows whose maximum is there; then all are spread back at once.
 */
function maxPoolGradientByPlaces(
  w: OnnxWriter,
  node: NodeOf<"maxPoolGradient">,
  [x, y, g]: readonly [string, string, string],
  sizes: Sizes,
): string {
  const { kernel, strides, pads } = node.attributes;
  const channels = channelsOf(node);
  const padded = w.node("Pad", [x, w.ints([0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]]), w.scalar(NEVER)]);
  const windows = sizes.of(at(node.inputs, 1));
  const reach = w.node("Mul", [windows, w.ints(strides)]);
  const area = kernel[0] * kernel[1];
  const pieces: string[] = [];
  // A window's g goes to the first of its largest places only.
  let left = g;
  for (let i = 0; i < area; i++) {
    const place = [Math.floor(i / kernel[1]), i % kernel[1]];
    // The last window's place, and not one more.
    const end = w.node("Add", [reach, w.ints(place.map((p, axis) => p + 1 - (strides[axis] ?? 1)))]);
    const here = w.node("Slice", [padded, w.ints(place), end, w.ints([H, W]), w.ints(strides)]);
    const piece = w.node("Where", [w.node("Equal", [here, y]), left, w.scalar(0)]);
    if (i < area - 1) left = w.node("Sub", [left, piece]);
    pieces.push(w.node("Unsqueeze", [piece, w.ints([2])]));
  }
  // WebGPU's transposed convolution goes wrong with groups of an even number of channels: one more, left over and
  // empty, makes it odd.
  if (area % 2 === 0) pieces.push(w.node("Unsqueeze", [w.node("Mul", [left, w.scalar(0)]), w.ints([2])]));
  const group = pieces.length;
  const shape = w.node("Concat", [w.ints([0, channels * group]), windows], { axis: 0 });
  const together = w.node("Reshape", [w.node("Concat", pieces, { axis: 2 }), shape]);
  // For each place of the window, a kernel that is one there.
  const ones = Float32Array.from({ length: channels * group * area }, (_, i) =>
    Number(Math.floor(i / area) % group === i % area),
  );
  const kernels = w.floats(ones, [channels * group, 1, ...kernel]);
  const spread = w.node("ConvTranspose", [together, kernels], { strides, group: channels, kernel_shape: kernel });
  return fitTo(w, spread, sizes.of(at(node.inputs, 0)), pads[0], pads[1], [strides[0] + pads[2], strides[1] + pads[3]]);
}

/** Shares each window's gradient among its places. */
export function avgPoolGradient(
  w: OnnxWriter,
  node: NodeOf<"avgPoolGradient">,
  inputs: readonly string[],
  sizes: Sizes,
): string {
  const [g, like] = [at(inputs, 0), at(inputs, 1)];
  const { kernel, strides, pads } = node.attributes;
  const area = kernel[0] * kernel[1];
  if (isTiling(node.attributes)) {
    const shared = scaled(w, at(node.inputs, 0), g, 1 / area);
    return tiled(w, shared, at(node.inputs, 0), at(node.inputs, 1), kernel, sizes);
  }
  const channels = channelsOf(node);
  // How many places of each window lie inside the image: an average pooling of ones that counts the padding too.
  const ones = w.node("Expand", [w.scalar(1), w.node("Shape", [like])]);
  const inside = w.node("AveragePool", [ones], { ...poolAttributes(node.attributes), count_include_pad: 1 });
  const shared = w.node("Div", [g, w.node("Mul", [inside, w.scalar(area)])]);
  const kernelOfOnes = w.floats(new Float32Array(channels * area).fill(1), [channels, 1, ...kernel]);
  const spread = w.node("ConvTranspose", [shared, kernelOfOnes], { strides, group: channels, kernel_shape: kernel });
  return fitTo(w, spread, sizes.of(at(node.inputs, 1)), pads[0], pads[1], [strides[0] + pads[2], strides[1] + pads[3]]);
}
