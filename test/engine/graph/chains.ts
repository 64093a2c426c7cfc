/** Layers one after another, as networks have them: what a runtime does across operations must not show. */
import type { Node } from "../../../src/engine/graph/node.js";
import * as ops from "../../../src/engine/graph/ops.js";
import { type Case, map } from "./case.js";
import { weights } from "./numbers.js";

interface ConvOptions extends ops.ConvOptions {
  readonly size?: number;
  readonly seed?: number;
}

function conv(x: Node, out: number, { size = 3, seed = 1, groups = 1, ...options }: ConvOptions = {}): Node {
  const shape = [out, (x.shape[1] ?? 0) / groups, size, size];
  const around = Math.floor(size / 2);
  const bias = ops.constant(weights([out], seed + 50), [out]);
  return ops.conv2d(x, ops.constant(weights(shape, seed), shape), bias, {
    pads: [around, around, around, around],
    groups,
    ...options,
  });
}

const picture = (x: Readonly<Record<string, Node>>): Node => {
  const found = x.x;
  if (!found) throw new Error("the chain has no picture");
  return found;
};

/** conv-relu-conv, added to what came in, relu: a ResNet's block. */
function residual(x: Node, channels: number, seed: number): Node {
  const inner = ops.relu(conv(x, channels, { seed }));
  return ops.relu(ops.add(conv(inner, channels, { seed: seed + 1 }), x));
}

/** A ResNet's block that halves the image: two strided 1x1 convolutions of the same map. */
function halving(x: Node, channels: number, seed: number): Node {
  const inner = ops.relu(conv(x, channels / 2, { size: 1, strides: [2, 2], pads: [0, 0, 0, 0], seed }));
  const wide = conv(ops.relu(conv(inner, channels / 2, { seed: seed + 1 })), channels, { size: 1, seed: seed + 2 });
  return ops.relu(ops.add(wide, conv(x, channels, { size: 1, strides: [2, 2], pads: [0, 0, 0, 0], seed: seed + 3 })));
}

const POOL = { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] } as const;
const OVERLAPPING = { kernel: [3, 3], strides: [2, 2], pads: [0, 0, 1, 1] } as const;
const AROUND = { kernel: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] } as const;

/** Local response normalisation across five channels (Krizhevsky 2012), as GoogLeNet has it. */
function normalised(x: Node): Node {
  const padded = ops.pad(ops.square(x), [0, 2, 0, 0], [0, 2, 0, 0]);
  const sums = [0, 1, 2, 3, 4].map((i) => ops.crop(padded, [0, i, 0, 0], [0, 4 - i, 0, 0])).reduce(ops.add);
  return ops.div(x, ops.pow(ops.add(ops.mul(sums, ops.scalar(0.3)), ops.scalar(1)), 0.75));
}

function inception(x: Node): Node {
  const branches = [
    ops.relu(conv(x, 16, { size: 1, seed: 20 })),
    ops.relu(conv(ops.relu(conv(x, 8, { size: 1, seed: 21 })), 16, { seed: 22 })),
    ops.relu(conv(ops.maxPool(x, AROUND), 8, { size: 1, seed: 23 })),
  ];
  return ops.concat(branches, 1);
}

const RUNS = [{ x: [1, 3, 8, 8] }, { x: [1, 3, 11, 9] }, { x: [3, 3, 7, 6] }, { x: [1, 3, 9, 13] }];

function chain(name: string, build: (x: Node) => Node, runs: Case["runs"] = RUNS): Case {
  return { name, inputs: { x: map(3) }, runs, build: (x) => build(picture(x)) };
}

/** Style of the first block and features of the second: gradients meet where both flow. */
function vggStyle(x: Node, pool: typeof ops.maxPool): Node {
  const first = ops.relu(conv(ops.relu(conv(x, 16)), 32, { seed: 2 }));
  const second = ops.relu(conv(pool(first, POOL), 32, { seed: 3 }));
  const third = ops.relu(conv(pool(second, POOL), 16, { seed: 4 }));
  const flat = ops.reshape(first, [0, 0, -1]);
  const gram = ops.div(ops.matmul(flat, flat, { transposeB: true }), ops.count(flat, [2]));
  return ops.add(ops.add(ops.sumAll(ops.square(gram)), ops.sumAll(ops.square(second))), ops.sumAll(third));
}

/** Sides that are multiples of 4 by promise. */
const PROMISED_RUNS = [{ x: [1, 3, 8, 12] }, { x: [2, 3, 4, 8] }, { x: [1, 3, 16, 4] }];
const promised = (test: Case): Case => ({
  ...test,
  name: `${test.name}, sides multiples of 4`,
  inputs: { x: { ...map(3), multipleOf: 4 } },
  runs: PROMISED_RUNS,
});

const VGG_STYLES = [
  chain("VGG's style, average pooling", (x) => vggStyle(x, ops.avgPool)),
  chain("VGG's style, max pooling", (x) => vggStyle(x, ops.maxPool)),
];

const STEM = chain("a stem that halves, and a block that does", (x) =>
  residual(halving(ops.relu(conv(x, 16, { size: 7, strides: [2, 2] })), 32, 3), 32, 12),
);

/**
 * Convolutions one after another, as a runtime may compute together: through pooling twice, added to each other, and
 * looked at between.
 */
function run(x: Node, channels: number): Node {
  const next = (from: Node, seed: number): Node => ops.relu(conv(from, channels, { seed }));
  const first = next(x, 1);
  const second = next(ops.avgPool(next(first, 2), POOL), 3);
  const third = residual(next(ops.avgPool(ops.avgPool(second, POOL), POOL), 4), channels, 5);
  const flat = ops.reshape(second, [0, 0, -1]);
  const style = ops.sumAll(ops.square(ops.matmul(flat, flat, { transposeB: true })));
  const looked = ops.add(ops.sumAll(ops.square(first)), ops.mul(style, ops.scalar(0.01)));
  return ops.add(third, ops.mul(looked, ops.scalar(0.01)));
}

/** Sides that are multiples of a tile's, that are not, and that are smaller than one. */
const RUN_SIZES = [{ x: [1, 3, 16, 24] }, { x: [2, 3, 17, 13] }, { x: [3, 3, 8, 10] }, { x: [1, 3, 9, 31] }];

/** Enough channels for what a runtime does only with many. */
export const WIDE_CHAIN: Case = {
  name: "a run of convolutions with 128 channels",
  inputs: { x: map(128) },
  runs: [{ x: [1, 128, 8, 8] }, { x: [2, 128, 7, 6] }],
  build: (x) => conv(ops.avgPool(ops.relu(conv(picture(x), 128)), POOL), 128, { seed: 2 }),
};

export const CHAINS: readonly Case[] = [
  ...[4, 16].map((c) => chain(`a run of convolutions with ${c} channels`, (x) => run(x, c), RUN_SIZES)),
  chain("two convolutions without a ReLU between, and one of them asked for", (x) => {
    const a = conv(x, 8);
    return ops.concat([a, conv(a, 8, { seed: 2 })], 1);
  }),
  ...VGG_STYLES,
  STEM,
  ...[...VGG_STYLES, STEM].map(promised),
  ...[5, 16, 32].map((c) =>
    chain(`conv, relu and a residual block of ${c} channels`, (x) => residual(ops.relu(conv(x, c)), c, 3)),
  ),
  ...[16, 32].map((c) =>
    chain(`two residual blocks, then pooling, ${c} channels`, (x) => {
      const features = residual(residual(ops.relu(conv(x, c)), c, 3), c, 5);
      return conv(ops.maxPool(features, POOL), c, { seed: 9 });
    }),
  ),
  ...[8, 32].map((c) =>
    chain(`a block that halves, to ${c} channels`, (x) => residual(halving(ops.relu(conv(x, 16)), c, 3), c, 12)),
  ),
  chain("a stem: 7x7/2, overlapping pooling", (x) =>
    conv(ops.maxPool(ops.relu(conv(x, 16, { size: 7, strides: [2, 2] })), OVERLAPPING), 16),
  ),
  chain("VGG: two blocks, average pooling", (x) =>
    ops.relu(conv(ops.avgPool(ops.relu(conv(ops.relu(conv(x, 16)), 32, { seed: 2 })), POOL), 32, { seed: 3 })),
  ),
  chain("VGG: two blocks, max pooling", (x) =>
    ops.relu(conv(ops.maxPool(ops.relu(conv(ops.relu(conv(x, 16)), 32, { seed: 2 })), POOL), 32, { seed: 3 })),
  ),
  chain("overlapping average pooling between convolutions", (x) =>
    ops.relu(conv(ops.avgPool(ops.relu(conv(x, 16)), OVERLAPPING), 16, { seed: 2 })),
  ),
  chain("an inception module after normalisation", (x) =>
    conv(inception(normalised(ops.relu(conv(x, 16)))), 16, { seed: 30 }),
  ),
  chain("depthwise and relu6, as MobileNet", (x) => {
    const wide = ops.clip(conv(x, 32, { strides: [2, 2], pads: [0, 0, 1, 1] }), 0, 0.8);
    return conv(ops.clip(conv(wide, 32, { groups: 32, seed: 2 }), 0, 0.8), 16, { size: 1, seed: 3 });
  }),
  chain("a map cropped, squared and summed at two depths", (x) => {
    const [near, far] = [ops.relu(conv(x, 16)), residual(ops.relu(conv(x, 16)), 16, 3)];
    const inner = (f: Node): Node => ops.sumAll(ops.square(ops.crop(f, [0, 0, 2, 2], [0, 0, 2, 2])));
    return ops.add(inner(near), ops.mul(inner(far), ops.scalar(0.3)));
  }),
  chain("a Gram matrix", (x) => {
    const flat = ops.reshape(ops.relu(conv(x, 16)), [0, 0, -1]);
    return ops.div(ops.matmul(flat, flat, { transposeB: true }), ops.count(flat, [2]));
  }),
  chain("relu of relu, and of a sum with a map that is not blocked", (x) => {
    const a = ops.relu(ops.relu(conv(x, 16)));
    return ops.relu(ops.add(a, ops.tanh(conv(a, 16, { seed: 2 }))));
  }),
  chain("one map into four uses", (x) => {
    const a = ops.relu(conv(x, 16));
    return ops.concat(
      [
        conv(a, 16, { seed: 2 }),
        ops.mul(a, ops.scalar(0.5)),
        ops.maxPool(a, AROUND),
        ops.reduceMean(ops.crop(ops.pad(a, [0, 0, 1, 1], [0, 0, 1, 1]), [0, 0, 1, 1], [0, 0, 1, 1]), []),
      ],
      1,
    );
  }),
];
