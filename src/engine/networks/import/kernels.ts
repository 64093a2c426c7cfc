/**
 * Weights as the tensor program wants them: OIHW, with scales and channel orders folded in. Plain loops: there are 25
 * million of them.
 */
import type { Kernel } from "./layer-graph.js";

/** O, I, H, W of a kernel. */
export function oihw({ layout, shape }: Kernel): [number, number, number, number] {
  if (layout === "OIHW") return [...shape];
  const [h, w, i, o] = shape;
  return [o, i, h, w];
}

/**
 * The kernel's numbers in OIHW order, each output channel times a number of its own where `scale` is given. The result
 * may be the file's own memory: do not write to it.
 */
export function toOIHW(kernel: Kernel, scale?: Float32Array): Float32Array {
  const source = kernel.data();
  if (kernel.layout === "OIHW") return scale ? scaleOutputs(source, kernel.shape[0], scale) : source;
  const [h, w, inputs, outputs] = kernel.shape;
  const area = h * w;
  const factors = scale ?? new Float32Array(outputs).fill(1);
  const result = new Float32Array(source.length);
  // Square blocks, so that neither the reading nor the writing side leaves the cache.
  const block = 32;
  for (let place = 0; place < area; place++) {
    const base = place * inputs * outputs;
    for (let o0 = 0; o0 < outputs; o0 += block) {
      const o1 = Math.min(o0 + block, outputs);
      for (let i0 = 0; i0 < inputs; i0 += block) {
        const i1 = Math.min(i0 + block, inputs);
        for (let i = i0; i < i1; i++) {
          const row = base + i * outputs;
          for (let o = o0; o < o1; o++)
            result[(o * inputs + i) * area + place] = (source[row + o] as number) * (factors[o] as number);
        }
      }
    }
  }
  return result;
}

/** Multiplies each output channel of an OIHW kernel by a number of its own. */
export function scaleOutputs(data: Float32Array, outputs: number, scale: Float32Array): Float32Array {
  const per = data.length / outputs;
  const result = new Float32Array(data.length);
  for (let o = 0, at = 0; o < outputs; o++) {
    const factor = scale[o] as number;
    for (const end = at + per; at < end; at++) result[at] = (data[at] as number) * factor;
  }
  return result;
}

/**
 * Reorders and scales the input channels of an OIHW kernel: the new channel `c` is what channel `order[c]` was, times
 * `scale[order[c]]`.
 */
export function mixInputs(
  data: Float32Array,
  shape: readonly [number, number, number, number],
  order: readonly number[],
  scale: readonly number[],
): Float32Array {
  const [outputs, inputs, h, w] = shape;
  const area = h * w;
  const result = new Float32Array(data.length);
  for (let o = 0; o < outputs; o++) {
    for (let c = 0; c < inputs; c++) {
      const from = order[c] ?? c;
      const factor = scale[from] ?? 1;
      for (let p = 0; p < area; p++)
        result[(o * inputs + c) * area + p] = (data[(o * inputs + from) * area + p] as number) * factor;
    }
  }
  return result;
}

/**
 * A 1x1 kernel [C, C, 1, 1] that sums `size` neighbouring channels: ONNX's and Caffe's window of local response
 * normalisation.
 */
export function bandedKernel(channels: number, size: number): Float32Array {
  const result = new Float32Array(channels * channels);
  const before = Math.floor((size - 1) / 2);
  const after = Math.ceil((size - 1) / 2);
  for (let c = 0; c < channels; c++) {
    for (let i = Math.max(0, c - before); i <= Math.min(channels - 1, c + after); i++) result[c * channels + i] = 1;
  }
  return result;
}

/** x * scale + shift of batch normalisation: scale = gamma / sqrt(variance + epsilon), shift = beta - mean * scale. */
export function batchNorm(
  gamma: Float32Array | undefined,
  beta: Float32Array | undefined,
  mean: Float32Array,
  variance: Float32Array,
  epsilon: number,
): { scale: Float32Array; shift: Float32Array } {
  const scale = new Float32Array(mean.length);
  const shift = new Float32Array(mean.length);
  for (let c = 0; c < mean.length; c++) {
    const factor = (gamma?.[c] ?? 1) / Math.sqrt((variance[c] as number) + epsilon);
    scale[c] = factor;
    shift[c] = (beta?.[c] ?? 0) - (mean[c] as number) * factor;
  }
  return { scale, shift };
}

/** IEEE 754 half precision to single. */
export function halfToFloat(bits: Uint16Array): Float32Array {
  const result = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) {
    const h = bits[i] as number;
    const sign = h & 0x8000 ? -1 : 1;
    const exponent = (h >> 10) & 31;
    const fraction = h & 1023;
    if (exponent === 0) result[i] = sign * fraction * 2 ** -24;
    else if (exponent === 31) result[i] = fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    else result[i] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return result;
}
