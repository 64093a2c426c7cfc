/**
 * Numbers of few bits in ONNX files: x stands for (x - zero) * scale. Maps are computed as what their numbers stand
 * for, without the rounding, which gradients do not pass. The limits of a type are kept: where they cut at what stands
 * for 0, they are all that is left of a ReLU.
 */
import { DataType } from "../../onnx-schema.js";
import { type Step, Unusable } from "./layer-graph.js";
import { limited } from "./onnx-arithmetic.js";
import type { Constant } from "./onnx-constants.js";
import { type NodeReader, PLAIN_NUMBERS, type Quantized } from "./onnx-node.js";
import { first, identity, type Reading, spread } from "./onnx-reading.js";
import { elements } from "./weights.js";

/** The least and the largest number of a type. */
const LIMITS: Readonly<Record<number, readonly [number, number]>> = {
  [DataType.uint8]: [0, 255],
  [DataType.int8]: [-128, 127],
  [DataType.uint16]: [0, 65_535],
  [DataType.int16]: [-32_768, 32_767],
};

/** The type that numbers are quantized to: that of the zero point, where there is one. */
const typeOf = (node: NodeReader): number => node.constant(2)?.type ?? (node.int("output_dtype", 0) || DataType.uint8);

/** The scale and zero point of a map. */
function quantizedBy(node: NodeReader): Quantized {
  if (node.inputs[2] && !node.isConstant(2)) throw new Unusable("unusable.variable", { what: "zero point" });
  const { shape, data } = node.weight(1, "scale");
  if (elements(shape) !== 1) throw new Unusable("unusable.quantized");
  return { scale: data()[0] ?? 1, zero: node.single(2) ?? 0 };
}

export function quantize(node: NodeReader): Reading {
  const quantized = quantizedBy(node);
  const limits = LIMITS[typeOf(node)];
  if (!limits) throw new Unusable("unusable.setting", { setting: "data type", value: String(typeOf(node)) });
  const [least, most] = limits.map((x) => (x - quantized.zero) * quantized.scale) as [number, number];
  return { ...limited(node, least, most), quantized };
}

/** What was quantized in the same way is already what it stands for. */
export function dequantize(node: NodeReader): Reading {
  const [from, to] = [node.map().quantized, quantizedBy(node)];
  const [scale, shift] = [to.scale / from.scale, (from.zero - to.zero) * to.scale];
  if (scale === 1 && shift === 0) return { ...identity(node), quantized: PLAIN_NUMBERS };
  const length = node.map().facts.channels;
  const all = (x: number): Float32Array => spread(length, undefined, x);
  const step: Step = { type: "affine", length, values: () => ({ scale: all(scale), shift: all(shift) }) };
  return { ...first(node, step), quantized: PLAIN_NUMBERS };
}

/** A constant's numbers, each with its scale and zero point: one for all, or one for each place along an axis. */
function each(
  node: NodeReader,
  x: Constant,
  of: (value: number, by: Quantized) => number,
): Pick<Constant, "shape" | "numbers"> | undefined {
  const [scale, zero] = [node.constant(1), node.constant(2)];
  if (!scale || x.elements) return undefined;
  const axis = node.int("axis", 1);
  const inner = elements(x.shape.slice((axis < 0 ? axis + x.shape.length : axis) + 1));
  const numbers = (): Float32Array => {
    const [values, scales, zeros] = [x.numbers(), scale.numbers(), zero?.numbers()];
    return Float32Array.from({ length: values.length }, (_, i) => {
      const at = scales.length === 1 ? 0 : Math.floor(i / inner) % scales.length;
      return of(values[i] as number, { scale: scales[at] as number, zero: zeros?.[at] ?? 0 });
    });
  };
  return { shape: x.shape, numbers };
}

/** To the nearest whole number, from between two to the even one. */
const nearest = (x: number): number => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));

/** A constant in few bits. */
export function quantized(node: NodeReader, x: Constant): Constant | undefined {
  const type = typeOf(node);
  const [least, most] = LIMITS[type] ?? [];
  if (least === undefined || most === undefined) return undefined;
  const made = each(node, x, (v, { scale, zero }) => Math.min(Math.max(nearest(v / scale) + zero, least), most));
  return made && { ...made, type };
}

/** What a constant in few bits stands for. */
export function dequantized(node: NodeReader, x: Constant): Constant | undefined {
  const made = each(node, x, (v, { scale, zero }) => (v - zero) * scale);
  return made && { ...made, type: node.constant(1)?.type ?? DataType.float32 };
}
