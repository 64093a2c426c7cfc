/**
 * ONNX operators that look at a map in another way: axes in another order, channels in groups, places in a row, some of
 * the channels.
 */
import { type Step, Unusable } from "./layer-graph.js";
import type { Element } from "./onnx-constants.js";
import { type MapValue, NCHW, type NodeReader, PLACES } from "./onnx-node.js";
import { first, type Reading, viewed } from "./onnx-reading.js";

const same = (a: readonly number[], b: readonly number[]): boolean => a.join() === b.join();
const NHWC: readonly number[] = [0, 2, 3, 1];
const endOfPicture = (): never => {
  throw new Unusable("unusable.classes");
};
const otherwise = (): never => {
  throw new Unusable("unusable.axes");
};
const inRow = (): never => {
  throw new Unusable("unusable.row");
};

/** Whether an element of a shape, at an axis, may be so many: 0 keeps what is there, -1 is what is left. */
const means = (element: Element, count: number): boolean => element === count || element === -1 || element === 0;

/** How axes lie in a shape of four that a value is brought (back) into. */
function asMap(axes: readonly number[], channels: number, wanted: readonly Element[]): readonly number[] | undefined {
  const last = axes.at(-1) === 1 && axes.length > 2;
  if (last && means(wanted[3], channels)) return NHWC;
  return !last && means(wanted[1], channels) ? NCHW : undefined;
}

export function reshape(node: NodeReader, wanted = node.elements(1)): Reading {
  const { axes, facts, split } = node.map();
  const { channels, flat } = facts;
  if (!wanted) throw new Unusable("unusable.variable", { what: "shape" });
  const [, second] = wanted;
  if (split) {
    if (wanted.length !== 4 || !means(wanted[1], channels)) return inRow();
    if (!split.swapped) return viewed(node, NCHW);
    const of = channels / split.groups;
    const order = Array.from({ length: channels }, (_, i) => (i % split.groups) * of + Math.floor(i / split.groups));
    return { steps: [{ type: "channels", order }], inputs: node.inputs.slice(0, 1), axes: NCHW };
  }
  if (wanted.length === 4) {
    const lie = asMap(axes, channels, wanted);
    return lie ? viewed(node, lie) : endOfPicture();
  }
  if (wanted.length === 2) return flat || means(wanted[1], channels) ? flattened(node) : endOfPicture();
  if (same(axes, NHWC) && wanted.length === 3 && means(wanted[2], channels)) return viewed(node, [0, PLACES, 1]);
  if (!same(axes, NCHW)) return inRow();
  if (wanted.length === 3 && means(second, channels)) return viewed(node, [0, 1, PLACES]);
  if (typeof second !== "number" || second < 1 || channels % second !== 0) return endOfPicture();
  if (wanted.length === 3) return viewed(node, [0], { groups: second, swapped: false, row: true });
  if (wanted.length !== 5) return otherwise();
  return viewed(node, [0], { groups: second, swapped: false, row: false });
}

export function flatten(node: NodeReader): Reading {
  return Math.abs(node.int("axis", 1)) === 1 ? flattened(node) : endOfPicture();
}

/** One number a channel, where nothing is left of the picture's plane, or an average pool has taken it in. */
function flattened(node: NodeReader): Reading {
  const { axes, facts, split } = node.map();
  if (split) return endOfPicture();
  if (facts.flat) return viewed(node, [0, 1]);
  if (!facts.averaged || !same(axes, NCHW)) return endOfPicture();
  return { ...first(node, { type: "flat" }), axes: [0, 1] };
}

export function transpose(node: NodeReader): Reading {
  const { axes, split } = node.map();
  const rank = split ? (split.row ? 3 : 5) : axes.length;
  const permutation = node.ints("perm") ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
  if (split) {
    if (!same(permutation, split.row ? [0, 2, 1] : [0, 2, 1, 3, 4]) || split.row) return inRow();
    return viewed(node, axes, { ...split, swapped: !split.swapped });
  }
  return viewed(
    node,
    permutation.map((p) => axes[p] ?? inRow()),
  );
}

export function squeeze(node: NodeReader): Reading {
  const { axes, facts } = node.map();
  const dropped = node.list(1, "axes")?.map((a) => node.axis(a)) ?? [2, 3];
  if (!facts.flat || dropped.some((axis) => axis < 2)) return endOfPicture();
  return viewed(
    node,
    axes.filter((axis) => !dropped.includes(axis)),
  );
}

export function unsqueeze(node: NodeReader): Reading {
  const { axes } = node.map();
  const places = node.list(1, "axes") ?? [];
  const rank = axes.length + places.length;
  const at = new Set(places.map((a) => (a < 0 ? a + rank : a)));
  const missing = NCHW.filter((axis) => !axes.includes(axis));
  const rest = [...axes];
  const lie = Array.from({ length: rank }, (_, i) => (at.has(i) ? missing : rest).shift() ?? otherwise());
  return viewed(node, lie);
}

export function reduceMean(node: NodeReader): Reading {
  const { axes } = node.map();
  const given = node.list(1, "axes") ?? [];
  const over = new Set(given.flatMap((a) => (node.axis(a) === PLACES ? [2, 3] : [node.axis(a)])));
  const mean = [...over].sort();
  if (mean.join() !== "2,3" && mean.join() !== "1") throw new Unusable("unusable.mean");
  const reading = first(node, { type: "mean", axes: mean });
  if (node.int("keepdims", 1) === 1) return reading;
  const lie = axes.filter((axis) => !over.has(axis) && !(axis === PLACES && over.has(2)));
  return { ...reading, axes: lie };
}

export function concat(node: NodeReader): Reading {
  const maps = node.inputs.map((_, i) => node.map(i));
  const { axes } = node.map();
  if (node.axis(node.int("axis", 1)) !== 1 || maps.some((m) => !same(m.axes, axes)))
    throw new Unusable("unusable.joins");
  return { steps: [{ type: "concat" }], inputs: node.inputs };
}

/** Channels by their places; a single number takes the axis away. */
export function gather(node: NodeReader): Reading {
  const { axes, facts } = node.map();
  const places = node.list(1);
  const rank = node.constant(1)?.shape.length ?? 1;
  if (node.axis(node.int("axis", 0)) !== 1 || !places || rank > 1) throw new Unusable("unusable.gathers");
  const order = places.map((c) => (c < 0 ? c + facts.channels : c));
  const reading = first(node, { type: "channels", order });
  return rank === 1 ? reading : { ...reading, axes: axes.filter((axis) => axis !== 1) };
}

/** Larger than any picture: "to the end". */
const END = 2 ** 31 - 1;

/** Which places, of so many, a slice keeps, in order. */
function sliced(start: number, end: number, step: number, count: number): number[] {
  const bound = (i: number, low: number, high: number) => Math.min(Math.max(i < 0 ? i + count : i, low), high);
  const places: number[] = [];
  if (step > 0) for (let i = bound(start, 0, count); i < bound(end, 0, count); i += step) places.push(i);
  else for (let i = bound(start, -1, count - 1); i > bound(end, -1, count - 1); i += step) places.push(i);
  return places;
}

/** A slice of rows or columns: how many are taken off before and after. */
function border(start: Element, end: Element, size: MapValue, axis: number): [number, number] {
  const whole = typeof end === "object" && end.of === size.layer && end.axis === axis && end.times === 1;
  const to = whole ? END : end;
  if (typeof start !== "number" || typeof to !== "number" || start < 0 || (to >= 0 && to < END))
    throw new Unusable("unusable.cuts");
  return [start, to < 0 ? -to : 0];
}

export function slice(node: NodeReader): Reading {
  const map = node.map();
  const starts = node.elements(1) ?? node.ints("starts") ?? [];
  const ends = node.elements(2) ?? node.ints("ends") ?? [];
  const axes = node.list(3, "axes") ?? starts.map((_, i) => i);
  const strides = node.list(4) ?? starts.map(() => 1);
  const steps: Step[] = [];
  const borders: [number, number, number, number] = [0, 0, 0, 0];
  const every: [number, number] = [1, 1];
  for (const [i, given] of axes.entries()) {
    const [axis, start, end, step = 1] = [node.axis(given), starts[i], ends[i], strides[i]];
    if (axis === 1) {
      if (typeof start !== "number" || typeof end !== "number" || step === 0) throw new Unusable("unusable.cuts");
      steps.push({ type: "channels", order: sliced(start, end, step, map.facts.channels) });
    } else if (axis === 2 || axis === 3) {
      if (step < 1) throw new Unusable("unusable.cuts");
      [borders[axis - 2], borders[axis]] = border(start, end, map, axis);
      every[axis - 2] = step;
    } else if (start !== 0 || typeof end !== "number" || end < END || step !== 1) throw new Unusable("unusable.cuts");
  }
  if (borders.some((n) => n > 0) || every.some((n) => n > 1)) steps.push({ type: "crop", borders, steps: every });
  return first(node, ...(steps.length > 0 ? steps : [{ type: "identity" } as const]));
}

/** One part of a split. */
export function split(node: NodeReader): Reading {
  const { channels } = node.map().facts;
  if (node.axis(node.int("axis", 0)) !== 1) throw new Unusable("unusable.cuts");
  const parts = node.node.output?.length ?? 1;
  const even = Math.ceil(channels / parts);
  const sizes = node.list(1, "split") ?? Array.from({ length: parts }, (_, i) => Math.min(even, channels - i * even));
  const start = sizes.slice(0, node.output).reduce((a, b) => a + b, 0);
  const order = sliced(start, start + Math.max(sizes[node.output] ?? 0, 0), 1, channels);
  return first(node, { type: "channels", order });
}
