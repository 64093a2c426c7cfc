/** Constants of a network's nodes, and the nodes that are made of no more than one. */
import type { Node, NodeOf, Pads } from "../../graph/node.js";
import * as ops from "../../graph/ops.js";
import { phases } from "../../runtimes/onnx/kernels.js";
import { oihw, toOIHW } from "./kernels.js";
import type { ConvTransposeStep } from "./layer-graph.js";

/** Constants, made once a network and shared by all its builds, so that a runtime can tell that they are the same. */
export class Constants {
  readonly #made = new Map<string, NodeOf<"constant">>();

  get(key: string, make: () => { data: Float32Array; shape: readonly number[] }): NodeOf<"constant"> {
    const found = this.#made.get(key);
    if (found) return found;
    const { data, shape } = make();
    const node = ops.constant(data, shape);
    this.#made.set(key, node);
    return node;
  }

  perChannel(key: string, make: () => Float32Array): NodeOf<"constant"> {
    return this.get(key, () => {
      const data = make();
      return { data, shape: [1, data.length, 1, 1] };
    });
  }
}

/** Channels by their places: a run of them is cut out, any others are picked by a 1x1 kernel. */
export function channelsOf(x: Node, order: readonly number[], constants: Constants): Node {
  const channels = x.shape[1] as number;
  const [start = 0] = order;
  if (order.every((c, i) => c === start + i))
    return ops.crop(x, [0, start, 0, 0], [0, channels - start - order.length, 0, 0]);
  const pick = constants.get(`pick:${channels}:${order}`, () => {
    const data = new Float32Array(order.length * channels);
    for (const [i, c] of order.entries()) data[i * channels + c] = 1;
    return { data, shape: [order.length, channels, 1, 1] };
  });
  return ops.conv2d(x, pick);
}

/** A transposed convolution: its phases as channels (sub-pixel convolution), then as places, cut to size. */
export function convTranspose(x: Node, step: ConvTransposeStep, name: string, constants: Constants): Node {
  const { kernel, bias, stride, pads, more, groups } = step;
  const shape = oihw(kernel);
  const reach = [Math.ceil(shape[2] / stride), Math.ceil(shape[3] / stride)] as const;
  const spread = constants.get(`${name}:kernel`, () => phases({ data: toOIHW(kernel), shape }, groups, stride));
  const around: Pads = [reach[0] - 1, reach[1] - 1, reach[0] - 1, reach[1] - 1];
  const wide = ops.conv2d(x, spread, undefined, { pads: around, groups });
  const whole = stride === 1 ? wide : ops.depthToSpace(wide, { block: stride, order: "CRD" });
  // Negative where output padding adds rows that no place reaches.
  const over = [0, 1].map((i) => (reach[i] ?? 0) * stride - (shape[i + 2] ?? 0) + (pads[i + 2] ?? 0) - (more[i] ?? 0));
  const cut = ops.crop(whole, [0, 0, pads[0], pads[1]], [0, 0, ...over.map((n) => Math.max(n, 0))]);
  const sized = ops.pad(cut, [0, 0, 0, 0], [0, 0, ...over.map((n) => Math.max(-n, 0))]);
  return bias
    ? ops.add(
        sized,
        constants.perChannel(`${name}:bias`, () => bias.data()),
      )
    : sized;
}
