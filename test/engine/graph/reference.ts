/**
 * What a tensor program means, in float64 and in the plainest loops: the measure for every runtime.
 *
 * Nothing here is shared with `src` but the data structure of programs. Adjoints (the gradients of convolutions and
 * pooling) visit the same places as what they are the adjoint of, with the roles of input and result swapped.
 */
import {
  type BlockAttributes,
  type ConvAttributes,
  type Node,
  type PoolAttributes,
  type Sampling,
  topologicalOrder,
} from "../../../src/engine/graph/node.js";

/** Numbers in row-major order with their shape. */
export interface Array64 {
  readonly data: Float64Array;
  readonly shape: readonly number[];
}

export type Arrays = Readonly<Record<string, Array64>>;

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
const zeros = (shape: readonly number[]): Array64 => ({ data: new Float64Array(sizeOf(shape)), shape });
const get = (data: ArrayLike<number>, i: number): number => data[i] ?? Number.NaN;
const plus = (data: Float64Array, i: number, v: number): void => {
  data[i] = get(data, i) + v;
};

function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = get(strides, i + 1) * get(shape, i + 1);
  return strides;
}

/** Coordinates of a flat index. */
function unravel(flat: number, shape: readonly number[]): number[] {
  const at = new Array<number>(shape.length);
  let rest = flat;
  for (let i = shape.length - 1; i >= 0; i--) {
    at[i] = rest % get(shape, i);
    rest = Math.floor(rest / get(shape, i));
  }
  return at;
}

/** Fills a new array from x: `from` gives the coordinates in x of each place, undefined for zero. */
function gather(x: Array64, shape: readonly number[], from: (at: number[]) => number[] | undefined): Array64 {
  const strides = stridesOf(x.shape);
  const y = zeros(shape);
  for (let i = 0; i < y.data.length; i++) {
    const there = from(unravel(i, shape));
    if (there)
      y.data[i] = get(
        x.data,
        there.reduce((sum, c, axis) => sum + c * get(strides, axis), 0),
      );
  }
  return y;
}

/** x repeated along dimensions of size 1 until it has the shape. */
function broadcast(x: Array64, shape: readonly number[]): Array64 {
  if (x.shape.length === shape.length && x.shape.every((d, i) => d === shape[i])) return x;
  if (x.data.length === 1) return { data: new Float64Array(sizeOf(shape)).fill(get(x.data, 0)), shape };
  const lead = shape.length - x.shape.length;
  return gather(x, shape, (at) => x.shape.map((d, i) => (d === 1 ? 0 : get(at, i + lead))));
}

function elementwise(inputs: readonly Array64[], f: (a: number, b: number, c: number) => number): Array64 {
  const rank = Math.max(...inputs.map((x) => x.shape.length));
  const shape = Array.from({ length: rank }, (_, i) => {
    const sizes = inputs.map((x) => x.shape[i - rank + x.shape.length] ?? 1);
    return sizes.find((d) => d !== 1) ?? 1;
  });
  const [a, b = a, c = a] = inputs.map((x) => broadcast(x, shape).data);
  const y = zeros(shape);
  for (let i = 0; i < y.data.length; i++)
    y.data[i] = f(a?.[i] ?? Number.NaN, b?.[i] ?? Number.NaN, c?.[i] ?? Number.NaN);
  return y;
}

type Four = readonly [number, number, number, number];
const four = (x: Array64 | readonly number[]): Four => ("shape" in x ? x.shape : x) as unknown as Four;

const places = (size: number, kernel: number, stride: number, pads: number, dilation = 1): number =>
  Math.floor((size + pads - dilation * (kernel - 1) - 1) / stride) + 1;

function convShape([n, , h, w]: Four, [o, , kh, kw]: Four, { strides, pads, dilations }: ConvAttributes): Four {
  const rows = places(h, kh, strides[0], pads[0] + pads[2], dilations[0]);
  return [n, o, rows, places(w, kw, strides[1], pads[1] + pads[3], dilations[1])];
}

/** Visits every product of a convolution by the flat indices of input, kernel and result. */
function convolve(
  x: Four,
  k: Four,
  y: Four,
  attributes: ConvAttributes,
  visit: (x: number, k: number, y: number) => void,
): void {
  const { strides, pads, dilations, groups } = attributes;
  const [o, i, kh, kw] = k;
  const [n, , rows, columns] = y;
  const [, channels, h, w] = x;
  for (let b = 0; b < n; b++)
    for (let out = 0; out < o; out++)
      for (let cin = 0; cin < i; cin++) {
        const from = (b * channels + Math.floor(out / (o / groups)) * i + cin) * h;
        for (let ky = 0; ky < kh; ky++)
          for (let kx = 0; kx < kw; kx++)
            for (let r = 0; r < rows; r++) {
              const yy = r * strides[0] - pads[0] + ky * dilations[0];
              if (yy < 0 || yy >= h) continue;
              for (let c = 0; c < columns; c++) {
                const xx = c * strides[1] - pads[1] + kx * dilations[1];
                if (xx < 0 || xx >= w) continue;
                visit(
                  (from + yy) * w + xx,
                  ((out * i + cin) * kh + ky) * kw + kx,
                  ((b * o + out) * rows + r) * columns + c,
                );
              }
            }
      }
}

/** Visits the windows of a pooling: the flat index of the result, and those of the places inside the image. */
function pool(x: Four, { kernel, strides, pads }: PoolAttributes, visit: (y: number, window: number[]) => void): Four {
  const [n, channels, h, w] = x;
  const [rows, columns] = [
    places(h, kernel[0], strides[0], pads[0] + pads[2]),
    places(w, kernel[1], strides[1], pads[1] + pads[3]),
  ];
  for (let plane = 0; plane < n * channels; plane++)
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++) {
        const window: number[] = [];
        for (let ky = 0; ky < kernel[0]; ky++)
          for (let kx = 0; kx < kernel[1]; kx++) {
            const [yy, xx] = [r * strides[0] - pads[0] + ky, c * strides[1] - pads[1] + kx];
            if (yy >= 0 && yy < h && xx >= 0 && xx < w) window.push((plane * h + yy) * w + xx);
          }
        visit((plane * rows + r) * columns + c, window);
      }
  return [n, channels, rows, columns];
}

function reduced(x: Array64, axes: readonly number[], start: number, f: (a: number, b: number) => number): Array64 {
  const shape = x.shape.map((d, i) => (axes.includes(i) ? 1 : d));
  const strides = stridesOf(shape);
  const y: Array64 = { data: new Float64Array(sizeOf(shape)).fill(start), shape };
  for (let i = 0; i < x.data.length; i++) {
    const to = unravel(i, x.shape).reduce(
      (sum, c, axis) => sum + (axes.includes(axis) ? 0 : c * get(strides, axis)),
      0,
    );
    y.data[to] = f(get(y.data, to), get(x.data, i));
  }
  return y;
}

function matmul(a: Array64, b: Array64, transposeA: boolean, transposeB: boolean): Array64 {
  const rank = a.shape.length;
  const [r, s] = [get(a.shape, rank - 2), get(a.shape, rank - 1)];
  const [t, u] = [get(b.shape, rank - 2), get(b.shape, rank - 1)];
  const [m, k, n] = [transposeA ? s : r, transposeA ? r : s, transposeB ? t : u];
  const [leadA, leadB] = [a.shape.slice(0, rank - 2), b.shape.slice(0, rank - 2)];
  const lead = leadA.map((d, i) => (d === 1 ? get(leadB, i) : d));
  if (lead.join() !== leadA.join() || lead.join() !== leadB.join())
    return matmul(broadcast(a, [...lead, r, s]), broadcast(b, [...lead, t, u]), transposeA, transposeB);
  const batches = sizeOf(lead);
  const y = zeros([...lead, m, n]);
  for (let batch = 0; batch < batches; batch++)
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++)
        for (let l = 0; l < k; l++) {
          const left = get(a.data, batch * r * s + (transposeA ? l * s + i : i * s + l));
          const right = get(b.data, batch * t * u + (transposeB ? j * u + l : l * u + j));
          plus(y.data, (batch * m + i) * n + j, left * right);
        }
  return y;
}

/** A whole number on a circle. */
const around = (i: number, length: number): number => ((i % length) + length) % length;

/** A sum of filters, each the product of a row's weights and a column's, at the distances from the place itself. */
function blurred(x: Array64, across: Array64, down: Array64): Array64 {
  const [, , h, w] = four(x);
  const [filters = 0, reachX = 0] = across.shape;
  const reachY = get(down.shape, 1);
  const y = zeros(x.shape);
  for (let i = 0; i < y.data.length; i++) {
    const [row, column] = [Math.floor(i / w) % h, i % w];
    const plane = i - row * w - column;
    for (let f = 0; f < filters; f++)
      for (let dy = 1 - reachY; dy < reachY; dy++)
        for (let dx = 1 - reachX; dx < reachX; dx++) {
          const weight = get(down.data, f * reachY + Math.abs(dy)) * get(across.data, f * reachX + Math.abs(dx));
          plus(y.data, i, weight * get(x.data, plane + around(row + dy, h) * w + around(column + dx, w)));
        }
  }
  return y;
}

/** Tents of width 1 about each place read. */
function sampled(x: Array64, u: Array64, v: Array64): Array64 {
  const [, channels, h, w] = four(x);
  const y = zeros(x.shape);
  for (let i = 0; i < y.data.length; i++) {
    const plane = Math.floor(i / (h * w));
    const at = Math.floor(plane / channels) * h * w + (i % (h * w));
    for (const row of [Math.floor(get(v.data, at)), Math.floor(get(v.data, at)) + 1])
      for (const column of [Math.floor(get(u.data, at)), Math.floor(get(u.data, at)) + 1]) {
        const weight = (1 - Math.abs(row - get(v.data, at))) * (1 - Math.abs(column - get(u.data, at)));
        plus(y.data, i, weight * get(x.data, (plane * h + around(row, h)) * w + around(column, w)));
      }
  }
  return y;
}

function reshaped(x: Array64, shape: readonly number[]): Array64 {
  const kept = shape.map((d, i) => (d === 0 ? get(x.shape, i) : d));
  const known = sizeOf(kept.filter((d) => d !== -1));
  return { data: x.data, shape: kept.map((d) => (d === -1 ? x.data.length / known : d)) };
}

function concatenated(inputs: readonly Array64[], axis: number): Array64 {
  const [first] = inputs;
  if (!first) throw new Error("nothing to put together");
  const outer = sizeOf(first.shape.slice(0, axis));
  const inner = inputs.map((x) => x.data.length / outer);
  const row = inner.reduce((a, b) => a + b, 0);
  const y = zeros(first.shape.map((d, i) => (i === axis ? inputs.reduce((sum, x) => sum + get(x.shape, axis), 0) : d)));
  for (let o = 0; o < outer; o++) {
    let at = o * row;
    for (const [i, x] of inputs.entries()) {
      const length = get(inner, i);
      y.data.set(x.data.subarray(o * length, (o + 1) * length), at);
      at += length;
    }
  }
  return y;
}

/** By its series, which converges everywhere: erf(x) = 2 / sqrt(pi) * e^(-x^2) * sum of 2^n x^(2n+1) / (2n+1)!! */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let [term, sum] = [x, x];
  for (let n = 1; n < 200; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** The channel in which a place of a block lies. */
function blockChannel({ block, order }: BlockAttributes, channels: number, k: number, dy: number, dx: number): number {
  return order === "DCR" ? (dy * block + dx) * channels + k : (k * block + dy) * block + dx;
}

function sampledSize(sampling: Sampling, from: number, like: number): number {
  if (sampling.type === "pad") return from + sampling.before + sampling.after;
  return sampling.factor === null ? like : Math.floor(from * sampling.factor);
}

/** For each place of a result along an axis, the weights of the source's places. */
function weightsAlong(sampling: Sampling, from: number, count: number): number[][] {
  if (sampling.type === "pad") {
    return Array.from({ length: count }, (_, i) => {
      let j = i - sampling.before;
      if (sampling.mode === "edge") j = Math.min(Math.max(j, 0), from - 1);
      if (j < 0) j = -j;
      if (j >= from) j = 2 * from - 2 - j;
      return Array.from({ length: from }, (_, k) => Number(k === j));
    });
  }
  const { factor, align, rounding } = sampling;
  const step = factor === null ? from / count : 1 / factor;
  return Array.from({ length: count }, (_, i) => {
    let s = align === "corners" ? (i + 0.5) * step - 0.5 : i * step;
    if (align === "ends") s = count > 1 ? (i * (from - 1)) / (count - 1) : 0;
    if (rounding !== null) {
      const low = Math.floor(s);
      const above = s - low;
      const up = { floor: 0, ceil: above > 0, "round-down": above > 0.5, "round-up": above >= 0.5 }[rounding];
      s = low + Number(up);
    }
    s = Math.min(Math.max(s, 0), from - 1);
    const low = Math.floor(s);
    return Array.from({ length: from }, (_, k) => (k === low ? 1 - (s - low) : k === low + 1 ? s - low : 0));
  });
}

/** Multiplies each plane from both sides. */
function separably(x: Array64, down: readonly (readonly number[])[], across: readonly (readonly number[])[]): Array64 {
  const [n, c, h, w] = four(x);
  const y = zeros([n, c, down.length, across.length]);
  const [rows, columns] = [down.length, across.length];
  for (let i = 0; i < y.data.length; i++) {
    const plane = Math.floor(i / (rows * columns));
    const [row, column] = [down[Math.floor(i / columns) % rows], across[i % columns]];
    let sum = 0;
    for (let r = 0; r < h; r++)
      for (let s = 0; s < w; s++) sum += (row?.[r] ?? 0) * (column?.[s] ?? 0) * get(x.data, (plane * h + r) * w + s);
    y.data[i] = sum;
  }
  return y;
}

function apply(node: Node, x: readonly Array64[]): Array64 {
  const at = (i: number): Array64 => {
    const found = x[i];
    if (!found) throw new Error(`a ${node.op} has no input ${i}`);
    return found;
  };
  const unary = (f: (v: number) => number): Array64 => elementwise([at(0)], f);
  switch (node.op) {
    case "input":
      throw new Error(`the input "${node.attributes.name}" was not given`);
    case "constant":
      return { data: Float64Array.from(node.attributes.data), shape: node.shape as readonly number[] };
    case "add":
      return elementwise(x, (a, b) => a + b);
    case "sub":
      return elementwise(x, (a, b) => a - b);
    case "mul":
      return elementwise(x, (a, b) => a * b);
    case "div":
      return elementwise(x, (a, b) => a / b);
    case "relu":
      return unary((v) => Math.max(v, 0));
    case "clip":
      return unary((v) => Math.min(Math.max(v, node.attributes.min), node.attributes.max));
    case "exp":
      return unary(Math.exp);
    case "log":
      return unary(Math.log);
    case "abs":
      return unary(Math.abs);
    case "erf":
      return unary(erf);
    case "sigmoid":
      return unary((v) => 1 / (1 + Math.exp(-v)));
    case "tanh":
      return unary(Math.tanh);
    case "pow":
      return unary((v) => v ** node.attributes.exponent);
    case "greater":
      return elementwise(x, (a, b) => Number(a > b));
    case "greaterOrEqual":
      return elementwise(x, (a, b) => Number(a >= b));
    case "equal":
      return elementwise(x, (a, b) => Number(a === b));
    case "where":
      return elementwise(x, (c, a, b) => (c ? a : b));
    case "conv2d": {
      const [map, kernel, bias] = [at(0), at(1), x[2]];
      const y = zeros(convShape(four(map), four(kernel), node.attributes));
      convolve(four(map), four(kernel), four(y), node.attributes, (i, k, o) =>
        plus(y.data, o, get(map.data, i) * get(kernel.data, k)),
      );
      return bias ? elementwise([y, reshaped(bias, [-1, 1, 1])], (a, b) => a + b) : y;
    }
    case "conv2dTranspose": {
      const [g, kernel, like] = [at(0), at(1), at(2)];
      const gx = zeros(like.shape);
      convolve(four(like), four(kernel), four(g), node.attributes, (i, k, o) =>
        plus(gx.data, i, get(g.data, o) * get(kernel.data, k)),
      );
      return gx;
    }
    case "maxPool": {
      const found: number[] = [];
      const shape = pool(four(at(0)), node.attributes, (y, window) => {
        found[y] = Math.max(...window.map((i) => get(at(0).data, i)));
      });
      return { data: Float64Array.from(found), shape };
    }
    case "maxPoolGradient": {
      const [map, , g] = [at(0), at(1), at(2)];
      const gx = zeros(map.shape);
      pool(four(map), node.attributes, (y, window) => {
        const largest = window.reduce((best, i) => (get(map.data, i) > get(map.data, best) ? i : best));
        plus(gx.data, largest, get(g.data, y));
      });
      return gx;
    }
    case "avgPool": {
      const found: number[] = [];
      const shape = pool(four(at(0)), node.attributes, (y, window) => {
        found[y] = window.reduce((sum, i) => sum + get(at(0).data, i), 0) / window.length;
      });
      return { data: Float64Array.from(found), shape };
    }
    case "avgPoolGradient": {
      const [g, like] = [at(0), at(1)];
      const gx = zeros(like.shape);
      pool(four(like), node.attributes, (y, window) => {
        for (const i of window) plus(gx.data, i, get(g.data, y) / window.length);
      });
      return gx;
    }
    case "subsample": {
      const { strides } = node.attributes;
      const [n, c, h, w] = four(at(0));
      const shape = [n, c, Math.ceil(h / strides[0]), Math.ceil(w / strides[1])];
      return gather(at(0), shape, ([b = 0, k = 0, r = 0, s = 0]) => [b, k, r * strides[0], s * strides[1]]);
    }
    case "subsampleGradient": {
      const [down, across] = node.attributes.strides;
      return gather(at(0), at(1).shape, ([b = 0, k = 0, r = 0, s = 0]) =>
        r % down || s % across ? undefined : [b, k, r / down, s / across],
      );
    }
    case "roll": {
      const [, , h, w] = four(at(0));
      const [down, right] = [get(at(1).data, 0), get(at(1).data, 1)];
      return gather(at(0), at(0).shape, ([n = 0, c = 0, row = 0, column = 0]) => {
        return [n, c, around(row - down, h), around(column - right, w)];
      });
    }
    case "blur":
      return blurred(at(0), at(1), at(2));
    case "sample":
      return sampled(at(0), at(1), at(2));
    case "resample": {
      const [, , h, w] = four(at(0));
      const [, , likeH, likeW] = four(x[1] ?? at(0));
      const { rows, columns } = node.attributes;
      const down = weightsAlong(rows, h, sampledSize(rows, h, likeH));
      const across = weightsAlong(columns, w, sampledSize(columns, w, likeW));
      return separably(at(0), down, across);
    }
    case "resampleGradient": {
      const [, , h, w] = four(at(1));
      const [, , highG, wideG] = four(at(0));
      const { rows, columns } = node.attributes;
      const swap = (m: readonly (readonly number[])[], size: number): number[][] =>
        Array.from({ length: size }, (_, j) => m.map((row) => row[j] ?? 0));
      const down = swap(weightsAlong(rows, h, highG), h);
      return separably(at(0), down, swap(weightsAlong(columns, w, wideG), w));
    }
    case "depthToSpace": {
      const { block } = node.attributes;
      const [n, c, h, w] = four(at(0));
      const channels = c / block ** 2;
      const shape = [n, channels, h * block, w * block];
      return gather(at(0), shape, ([b = 0, k = 0, r = 0, s = 0]) => {
        const [dy, dx] = [r % block, s % block];
        return [b, blockChannel(node.attributes, channels, k, dy, dx), (r - dy) / block, (s - dx) / block];
      });
    }
    case "spaceToDepth": {
      const { block } = node.attributes;
      const [n, c, h, w] = four(at(0));
      const y = zeros([n, c * block ** 2, h / block, w / block]);
      const strides = stridesOf(y.shape);
      for (let i = 0; i < y.data.length; i++) {
        const [b = 0, k = 0, r = 0, s = 0] = unravel(i, at(0).shape);
        const [dy, dx] = [r % block, s % block];
        const to = [b, blockChannel(node.attributes, c, k, dy, dx), (r - dy) / block, (s - dx) / block];
        y.data[to.reduce((sum, place, axis) => sum + place * get(strides, axis), 0)] = get(at(0).data, i);
      }
      return y;
    }
    case "matmul":
      return matmul(at(0), at(1), node.attributes.transposeA, node.attributes.transposeB);
    case "transpose": {
      const { permutation } = node.attributes;
      const shape = permutation.map((p) => get(at(0).shape, p));
      return gather(at(0), shape, (there) => shape.map((_, axis) => get(there, permutation.indexOf(axis))));
    }
    case "reshape":
      return reshaped(at(0), node.attributes.shape);
    case "reshapeLike":
      return { data: at(0).data, shape: at(1).shape };
    case "crop": {
      const { before, after } = node.attributes;
      const shape = at(0).shape.map((d, i) => d - get(before, i) - get(after, i));
      return gather(at(0), shape, (there) => there.map((c, i) => c + get(before, i)));
    }
    case "pad": {
      const { before, after } = node.attributes;
      const shape = at(0).shape.map((d, i) => d + get(before, i) + get(after, i));
      return gather(at(0), shape, (there) => {
        const from = there.map((c, i) => c - get(before, i));
        return from.every((c, i) => c >= 0 && c < get(at(0).shape, i)) ? from : undefined;
      });
    }
    case "concat":
      return concatenated(x, node.attributes.axis);
    case "reduceSum":
      return reduced(at(0), node.attributes.axes, 0, (a, b) => a + b);
    case "reduceMax":
      return reduced(at(0), node.attributes.axes, Number.NEGATIVE_INFINITY, Math.max);
    case "expandLike":
      return broadcast(at(0), at(1).shape);
    case "count":
      return { data: Float64Array.of(sizeOf(node.attributes.axes.map((axis) => get(at(0).shape, axis)))), shape: [] };
    case "stopGradient":
      return at(0);
  }
}

/** Runs a tensor program. */
export function interpret<K extends string>(outputs: Readonly<Record<K, Node>>, inputs: Arrays): Record<K, Array64> {
  const results = new Map<Node, Array64>();
  const resultOf = (node: Node): Array64 => {
    const found = results.get(node);
    if (!found) throw new Error(`a ${node.op} was used before it was computed`);
    return found;
  };
  for (const node of topologicalOrder(Object.values<Node>(outputs))) {
    const given = node.op === "input" ? inputs[node.attributes.name] : undefined;
    results.set(node, given ?? apply(node, node.inputs.map(resultOf)));
  }
  const named = Object.entries<Node>(outputs).map(([name, node]) => [name, resultOf(node)]);
  return Object.fromEntries(named) as Record<K, Array64>;
}

/**
 * The central finite difference of a loss along a direction of one input, in float64: the derivative's product with the
 * direction.
 */
export function finiteDifference(
  loss: Node,
  inputs: Arrays,
  by: string,
  direction: ArrayLike<number>,
  step = 1e-8,
): number {
  const x = inputs[by];
  if (!x) throw new Error(`there is no input "${by}"`);
  const lossAt = (change: number): number => {
    const data = x.data.map((v, i) => v + change * get(direction, i));
    return get(interpret({ loss }, { ...inputs, [by]: { data, shape: x.shape } }).loss.data, 0);
  };
  return (lossAt(step) - lossAt(-step)) / (2 * step);
}

/** The central finite differences of a loss by every element of one input. */
export function finiteDifferences(loss: Node, inputs: Arrays, by: string, step = 1e-7): Float64Array {
  const size = inputs[by]?.data.length ?? 0;
  const direction = new Float64Array(size);
  return Float64Array.from(direction, (_, i) => {
    direction.fill(0);
    direction[i] = 1;
    return finiteDifference(loss, inputs, by, direction, step);
  });
}
