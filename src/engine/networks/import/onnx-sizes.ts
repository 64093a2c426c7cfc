/** ONNX operators that change the size of maps: pads, resizing, blocks of places, transposed convolutions. */
import type { Pair, Sampling } from "../../graph/node.js";
import { type Step, Unusable } from "./layer-graph.js";
import type { Element } from "./onnx-constants.js";
import type { NodeReader } from "./onnx-node.js";
import { first, type Reading } from "./onnx-reading.js";
import { asKernel, asVector } from "./weights.js";

export function pad(node: NodeReader): Reading {
  const mode = node.string("mode", "constant");
  const { axes, quantized } = node.map();
  const all = node.list(1) ?? node.ints("pads");
  const named = node.list(3)?.map((axis) => node.axis(axis)) ?? axes;
  if (all?.length !== 2 * named.length) throw new Unusable("unusable.pads-count");
  const side = (axis: number, after: boolean): number => {
    const at = named.indexOf(axis);
    return at < 0 ? 0 : (all[at + (after ? named.length : 0)] ?? 0);
  };
  const [top, left, bottom, right] = [side(2, false), side(3, false), side(2, true), side(3, true)] as const;
  if ([0, 1].some((axis) => side(axis, false) || side(axis, true)) || Math.min(top, left, bottom, right) < 0)
    throw new Unusable("unusable.pads-channels");
  if (mode === "reflect" || mode === "edge") {
    const along = (before: number, after: number): Sampling => ({ type: "pad", mode, before, after });
    return first(node, { type: "resample", sampling: { rows: along(top, bottom), columns: along(left, right) } });
  }
  if (mode !== "constant") throw new Unusable("unusable.pads-mode", { mode });
  if ((node.single(2) ?? node.float("value", 0)) !== quantized.zero) throw new Unusable("unusable.pads-value");
  return first(node, { type: "zeroPad", pads: [top, left, bottom, right] });
}

const ALIGN: Readonly<Record<string, "corners" | "ends" | "first">> = {
  half_pixel: "corners",
  pytorch_half_pixel: "corners",
  tf_half_pixel_for_nn: "corners",
  align_corners: "ends",
  asymmetric: "first",
};
const ROUNDING = {
  floor: "floor",
  ceil: "ceil",
  round_prefer_floor: "round-down",
  round_prefer_ceil: "round-up",
} as const;
type Rounding = Extract<Sampling, { type: "resize" }>["rounding"];

function rounding(node: NodeReader, old: boolean): Rounding {
  const mode = node.string("mode", "nearest");
  if (mode === "linear" || mode === "bilinear") return null;
  if (mode !== "nearest") throw new Unusable("unusable.resize-mode", { mode });
  // Half a pixel on, rounded down: to the nearest.
  if (node.string("coordinate_transformation_mode", "") === "tf_half_pixel_for_nn") return "round-up";
  if (old) return "floor";
  const name = node.string("nearest_mode", "round_prefer_floor");
  return Object.hasOwn(ROUNDING, name) ? ROUNDING[name as keyof typeof ROUNDING] : "round-down";
}

/** How many times as large an axis becomes; null where it becomes as large as the axis of another map. */
interface Factor {
  readonly factor: number | null;
  readonly like?: string;
}

/** By its new size, which is a number only where the file is for pictures of one size. */
function bySize(node: NodeReader, axis: 2 | 3, size: Element): Factor | "fixed" {
  const map = node.plain();
  if (typeof size === "object") {
    if (size.of === map.layer && size.axis === axis) return { factor: size.times };
    if (size.times === 1 && size.axis === axis) return { factor: null, like: size.of };
  }
  if (typeof size !== "number") throw new Unusable("unusable.resize-size");
  const declared = node.declaredSize(axis);
  if (declared === undefined) return "fixed";
  return { factor: Math.round((size / declared) * map.facts.stride * 16) / 16 };
}

function factors(node: NodeReader): readonly (Factor | "fixed")[] {
  const scales = node.list(node.inputs.length === 2 ? 1 : 2) ?? node.floats("scales") ?? [];
  if (scales.length === 4) return [{ factor: scales[2] ?? 1 }, { factor: scales[3] ?? 1 }];
  const sizes = node.elements(3);
  if (sizes?.length !== 4) throw new Unusable("unusable.resize-size");
  return [bySize(node, 2, sizes[2]), bySize(node, 3, sizes[3])];
}

export function resize(node: NodeReader): Reading {
  node.plain();
  const old = node.inputs.length === 2 || node.node.opType === "Upsample";
  const [rows, columns] = factors(node);
  if (rows === undefined || columns === undefined) throw new Unusable("unusable.resize-size");
  if (rows === "fixed" || columns === "fixed") {
    return first(node, { type: "picture" });
  }
  const coordinates = node.string("coordinate_transformation_mode", old ? "asymmetric" : "half_pixel");
  const align = Object.hasOwn(ALIGN, coordinates) ? ALIGN[coordinates] : undefined;
  if (!align) throw new Unusable("unusable.resize-size");
  const along = ({ factor }: Factor): Sampling => ({ type: "resize", factor, align, rounding: rounding(node, old) });
  const likes = new Set([rows.like, columns.like].filter((name) => name !== undefined));
  if (likes.size > 1) throw new Unusable("unusable.resize-size");
  const step: Step = { type: "resample", sampling: { rows: along(rows), columns: along(columns) } };
  return { steps: [step], inputs: [...node.inputs.slice(0, 1), ...likes] };
}

function blockOf(node: NodeReader): number {
  const block = node.int("blocksize", 0);
  if (!Number.isInteger(block) || block < 1 || block > 64)
    throw new Unusable("unusable.settings", { setting: "blocksize" });
  return block;
}

export function depthToSpace(node: NodeReader): Reading {
  node.plain();
  const order = node.string("mode", "DCR") === "CRD" ? "CRD" : "DCR";
  return first(node, { type: "depthToSpace", blocks: { block: blockOf(node), order } });
}

/** As a convolution whose kernels have a single one: rows and columns that fill no block are left out. */
export function spaceToDepth(node: NodeReader): Reading {
  const block = blockOf(node);
  const { channels } = node.plain().facts;
  const outputs = channels * block * block;
  if (outputs > 1024) throw new Unusable("unusable.settings", { setting: "blocksize" });
  const data = (): Float32Array => {
    const ones = new Float32Array(outputs * outputs);
    for (let place = 0; place < block * block; place++)
      for (let c = 0; c < channels; c++) ones[(place * channels + c) * outputs + c * block * block + place] = 1;
    return ones;
  };
  return first(node, {
    type: "conv",
    kernel: { layout: "OIHW", shape: [outputs, channels, block, block], data },
    strides: [block, block],
    dilations: [1, 1],
    pads: [0, 0, 0, 0],
    groups: 1,
  });
}

/** The pads of a transposed convolution, and how many rows and columns it has more. */
function transposedPads(
  node: NodeReader,
  kernel: Pair,
  stride: number,
): { pads: [number, number, number, number]; more: Pair } {
  const auto = node.string("auto_pad", "NOTSET");
  const more = node.pair("output_padding", [0, 0]);
  if (node.ints("output_shape")) throw new Unusable("unusable.resize-size");
  if (!auto.startsWith("SAME")) {
    const [top = 0, left = 0, bottom = 0, right = 0] = node.ints("pads") ?? [];
    return { pads: [top, left, bottom, right], more };
  }
  // The result is the stride times as large.
  const over = kernel.map((k) => k - stride);
  const before = over.map((n) => (auto === "SAME_UPPER" ? Math.floor(n / 2) : Math.ceil(n / 2)));
  const [top = 0, left = 0] = before;
  const [high = 0, wide = 0] = over;
  return { pads: [top, left, high - top, wide - left], more };
}

export function convTranspose(node: NodeReader): Reading {
  node.plain();
  const kernel = asKernel(node.weight(1, "kernel"), "OIHW");
  if (!kernel) throw new Unusable("unusable.kernel-rank");
  const [stride, across] = node.pair("strides", [1, 1]);
  if (stride !== across || node.pair("dilations", [1, 1]).some((d) => d !== 1))
    throw new Unusable("unusable.transposed");
  const bias = node.inputs[2] ? asVector(node.weight(2, "bias")) : undefined;
  const { pads, more } = transposedPads(node, [kernel.shape[2], kernel.shape[3]], stride);
  return first(node, {
    type: "convTranspose",
    kernel,
    ...(bias ? { bias } : {}),
    stride,
    pads,
    more,
    groups: node.int("group", 1),
  });
}
