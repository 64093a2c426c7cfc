/** VGG19 with random weights: the work of a real network, for benchmarks and tests that have none. */

import type { Node } from "../graph/node.js";
import { avgPool, constant, conv2d, maxPool, mul, relu, scalar, sub } from "../graph/ops.js";
import { gaussian, random } from "../images/random.js";
import { type BuiltNetwork, imageOf, type LayerInfo, type Network, noClasses, noLayer } from "./network.js";

/** Convolutions and channels of VGG19's blocks (Simonyan and Zisserman 2014, configuration E). */
const VGG19_BLOCKS = [
  [2, 64],
  [2, 128],
  [4, 256],
  [4, 512],
  [4, 512],
] as const;

/**
 * A VGG with He-initialised random weights.
 * @param blocks [convolutions, channels] of each block
 */
export function randomVgg(blocks: readonly (readonly [number, number])[] = VGG19_BLOCKS, seed = 1): Network {
  const next = random(seed);
  const weights: Float32Array[] = [];
  const layers: LayerInfo[] = [];
  let [channels, bytes] = [3, 0];
  for (const [b, [convolutions, out]] of blocks.entries()) {
    for (let c = 0; c < convolutions; c++) {
      const data = new Float32Array(out * channels * 9);
      const scale = Math.sqrt(2 / (9 * channels));
      for (let i = 0; i < data.length; i++) data[i] = gaussian(next) * scale;
      weights.push(data);
      bytes += data.byteLength;
      layers.push({ name: `block${b + 1}_conv${c + 1}`, kind: "Conv2D", channels: out, stride: 2 ** b });
      channels = out;
    }
    layers.push({ name: `block${b + 1}_pool`, kind: "MaxPooling2D", channels, stride: 2 ** (b + 1) });
  }
  return {
    id: "random-vgg",
    layers,
    bytes,
    build(options = {}): BuiltNetwork {
      const { pooling = "max" } = options;
      const image = imageOf(options);
      const built = new Map<string, Node>();
      let x: Node = mul(sub(image, scalar(127.5)), scalar(1 / 64));
      let [at, cin] = [0, 3];
      for (const [b, [convolutions, out]] of blocks.entries()) {
        for (let c = 0; c < convolutions; c++) {
          const kernel = constant(weights[at++] ?? new Float32Array(), [out, cin, 3, 3]);
          x = relu(conv2d(x, kernel, constant(new Float32Array(out), [out]), { pads: [1, 1, 1, 1] }));
          built.set(`block${b + 1}_conv${c + 1}`, x);
          cin = out;
        }
        const window = { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] } as const;
        x = pooling === "max" ? maxPool(x, window) : avgPool(x, window);
        built.set(`block${b + 1}_pool`, x);
      }
      const layer = (name: string): Node => built.get(name) ?? noLayer("random-vgg", name);
      const scores = () => noClasses("random-vgg");
      return { image, layer, scores, scoresByPlace: scores };
    },
  };
}
