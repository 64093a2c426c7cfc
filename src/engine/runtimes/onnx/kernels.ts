/** Kernels of a convolution's gradient, computed once when a program is compiled. */

/** OIHW: output channels, input channels per group, height, width. */
export interface Kernel {
  readonly data: Float32Array;
  readonly shape: readonly [number, number, number, number];
}

/**
 * The kernel with which the gradient of a stride-1 convolution is again a convolution: rotated by 180 degrees, and
 * input and output channels swapped inside each group.
 * @param kernel [O, I, h, w] with I input channels per group
 * @returns [I * groups, O / groups, h, w]
 */
export function rotate(kernel: Kernel, groups: number): Kernel {
  const [out, inputs, h, w] = kernel.shape;
  const outputs = out / groups;
  const area = h * w;
  const data = new Float32Array(kernel.data.length);
  let to = 0;
  for (let group = 0; group < groups; group++) {
    for (let i = 0; i < inputs; i++) {
      for (let o = 0; o < outputs; o++) {
        const from = ((group * outputs + o) * inputs + i) * area;
        for (let k = area - 1; k >= 0; k--) data[to++] = kernel.data[from + k] ?? 0;
      }
    }
  }
  return { data, shape: [inputs * groups, outputs, h, w] };
}

/**
 * The kernel with which the gradient of a convolution of stride s is one convolution followed by DepthToSpace (mode
 * CRD): its s * s phases become s * s output channels (Shi et al. 2016, sub-pixel convolution).
 *
 * In one dimension, gx[s*q + r - p] = sum over m of g[q - m] * k[r + s*m]: a convolution of g, for each phase r, with
 * every s-th weight of k, reversed.
 * @param kernel [O, I, h, w]
 * @returns [I * groups * s * s, O / groups, ceil(h / s), ceil(w / s)]
 */
export function phases(kernel: Kernel, groups: number, stride: number): Kernel {
  const [out, inputs, h, w] = kernel.shape;
  const outputs = out / groups;
  const [mh, mw] = [Math.ceil(h / stride), Math.ceil(w / stride)];
  const data = new Float32Array(inputs * groups * stride * stride * outputs * mh * mw);
  let to = 0;
  for (let group = 0; group < groups; group++) {
    for (let i = 0; i < inputs; i++) {
      for (let ry = 0; ry < stride; ry++) {
        for (let rx = 0; rx < stride; rx++) {
          for (let o = 0; o < outputs; o++) {
            const from = ((group * outputs + o) * inputs + i) * h * w;
            for (let my = mh - 1; my >= 0; my--) {
              for (let mx = mw - 1; mx >= 0; mx--) {
                const [y, x] = [ry + stride * my, rx + stride * mx];
                data[to++] = y < h && x < w ? (kernel.data[from + y * w + x] ?? 0) : 0;
              }
            }
          }
        }
      }
    }
  }
  return { data, shape: [inputs * groups * stride * stride, outputs, mh, mw] };
}
