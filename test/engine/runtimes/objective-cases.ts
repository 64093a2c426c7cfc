/** Every objective, over a small network, with numbers for its values. */
import type { Node } from "../../../src/engine/graph/node.js";
import { constant, conv2d, reduceMean } from "../../../src/engine/graph/ops.js";
import { randomVgg } from "../../../src/engine/networks/random-vgg.js";
import { channels } from "../../../src/engine/objectives/channels.js";
import { classes } from "../../../src/engine/objectives/classes.js";
import { content } from "../../../src/engine/objectives/content.js";
import { dream } from "../../../src/engine/objectives/dream.js";
import { type GramTarget, gramLoss } from "../../../src/engine/objectives/gram.js";
import { guide } from "../../../src/engine/objectives/guide.js";
import { nearness } from "../../../src/engine/objectives/nearness.js";
import { type Objective, scopeOf, sum } from "../../../src/engine/objectives/objective.js";
import { randomFeatureCount } from "../../../src/engine/objectives/random-features.js";
import { totalVariation } from "../../../src/engine/objectives/total-variation.js";
import type { Tensor } from "../../../src/engine/runtimes/runtime.js";
import { distinct, toTensor } from "../graph/numbers.js";
import type { Array64 } from "../graph/reference.js";

interface Built {
  readonly loss: Node;
  readonly image: Node;
  /** The values of the objective for images of a shape. */
  values(picture: readonly number[]): Record<string, Array64>;
}

export interface ObjectiveCase {
  readonly name: string;
  /** The module in src/engine/objectives. */
  readonly module: string;
  build(): Built;
}

const network = randomVgg([
  [1, 8],
  [2, 16],
]);
const channelsOf = (layer: string): number => network.layers.find((info) => info.name === layer)?.channels ?? 0;

const toArray = ({ data, shape }: Tensor): Array64 => ({ data: Float64Array.from(data), shape });

/** Features of block2_conv2 for an image. */
function features([n = 1, , h = 1, w = 1]: readonly number[], seed: number): Tensor {
  return toTensor(distinct([n, 16, Math.floor(h / 2), Math.floor(w / 2)], seed, "positive"));
}

const gramOf = (layer: string, seed: number): Tensor =>
  toTensor(distinct([1, channelsOf(layer), channelsOf(layer)], seed, "positive"));

const CLASSES = 6;

/** What a small classifier at the end of the network makes of its deepest map. */
function scoresOf(map: Node): Node {
  const { data } = toTensor(distinct([CLASSES, 16], 61));
  return conv2d(reduceMean(map, [2, 3]), constant(data, [CLASSES, 16, 1, 1]));
}

function objectiveCase(
  name: string,
  module: string,
  make: (picture: readonly number[]) => Objective,
  pooling: "max" | "average" = "max",
): ObjectiveCase {
  return {
    name,
    module,
    build() {
      const built = network.build({ pooling });
      const scope = scopeOf({ ...built, scores: () => scoresOf(built.layer("block2_conv2")) });
      const loss = make([1, 3, 8, 8]).build(scope);
      return {
        loss,
        image: scope.image,
        values: (picture) =>
          Object.fromEntries(Object.entries(make(picture).values).map(([key, value]) => [key, toArray(value)])),
      };
    },
  };
}

const grams = (delta: number): Objective =>
  gramLoss(
    ["block1_conv1", "block2_conv1", "block2_pool"].map((layer, i) => ({
      layer,
      weight: 0.5 ** i,
      target: gramOf(layer, 40 + i),
    })),
    delta,
  );

const randomTargets: readonly GramTarget[] = ["block1_conv1", "block2_conv1"].flatMap((layer, i) => [
  { layer, weight: 1, target: gramOf(layer, 40 + i) },
  {
    layer,
    weight: 0.5,
    thresholds: toTensor(distinct([randomFeatureCount(channelsOf(layer))], 44 + i)),
    target: toTensor(
      distinct([1, randomFeatureCount(channelsOf(layer)), randomFeatureCount(channelsOf(layer))], 46 + i, "positive"),
    ),
  },
]);

export const OBJECTIVE_CASES: readonly ObjectiveCase[] = [
  objectiveCase("channels of two layers", "channels", () =>
    channels(
      [
        [
          { layer: "block2_conv2", channel: 3, weight: 2 },
          { layer: "block2_conv2", channel: 5, weight: -0.5 },
          { layer: "block1_conv1", channel: 0, weight: 1 },
        ],
      ],
      channelsOf,
    ),
  ),
  objectiveCase("channels with a leak", "channels", () =>
    channels([[{ layer: "block2_conv1", channel: 2, weight: 1 }]], channelsOf, 0.1),
  ),
  objectiveCase("a guide", "guide", () =>
    guide([
      { layer: "block1_conv1", weight: 0.5, places: toTensor(distinct([1, 5, 8], 51, "positive")) },
      { layer: "block2_conv2", weight: 2, places: toTensor(distinct([1, 3, 16], 52, "positive")) },
    ]),
  ),
  objectiveCase("classes wanted and pushed away", "classes", () =>
    classes(
      new Map([
        [1, 1],
        [4, 0.5],
        [2, -0.7],
      ]),
      CLASSES,
    ),
  ),
  objectiveCase("a style and a class together", "classes", () =>
    sum([
      [grams(-1), 2],
      [classes(new Map([[1, 1]]), CLASSES), 0.02],
    ]),
  ),
  objectiveCase("dream", "dream", () => dream({ block1_conv1: 0.3, block2_conv1: 1.5 })),
  objectiveCase("content", "content", (picture) => content("block2_conv2", features(picture, 31), 0.25)),
  objectiveCase("Gram matrices", "gram", () => grams(0)),
  objectiveCase("Gram matrices of random features", "random-features", () => gramLoss(randomTargets)),
  objectiveCase("Gram matrices moved by -1, average pooling", "gram", () => grams(-1), "average"),
  objectiveCase("total variation", "total-variation", () => totalVariation(0.01)),
  objectiveCase("nearness", "nearness", ([, channels = 3, height = 1, width = 1]) => {
    const raster = (seed: number) => ({
      width,
      height,
      ...toTensor(distinct([channels, height, width], seed, "positive")),
    });
    return nearness(raster(71), raster(72), 3e5);
  }),
  objectiveCase(
    "style, content and total variation together",
    "objective",
    (picture) =>
      sum([
        [grams(-1), 2],
        [content("block2_conv2", features(picture, 31), 0.25), 0.1],
        [totalVariation(0.5), 1e-4],
      ]),
    "average",
  ),
];
