/** How long one style-transfer step takes: loss and image gradient of VGG19 or another network. */
import { availableParallelism } from "node:os";
import { Dimensions } from "../graph/dimensions.js";
import { lossAndGradient } from "../graph/gradient.js";
import { type Node, topologicalOrder } from "../graph/node.js";
import { random } from "../images/random.js";
import { presetsOf } from "../networks/looks.js";
import { randomVgg } from "../networks/random-vgg.js";
import { content } from "../objectives/content.js";
import { gramLoss, gramOutputs } from "../objectives/gram.js";
import { scopeOf, sum } from "../objectives/objective.js";
import type { OpenEngine } from "../open.js";
import type { Tensor } from "../runtimes/runtime.js";

interface StepMeasurement {
  /** Side of the square image, in pixels. */
  readonly size: number;
  readonly threads: number;
  readonly median_ms: number;
  /** Of the convolutions, forward and back: 4 floating-point operations per multiply-add. */
  readonly gflops: number;
  readonly runtime: string;
}

/** VGG19 with random weights: the same work as the real one. */
export const STEP_NETWORK = "random-vgg19";

/** Images whose sides are multiples of it are cut by no pooling of the usual networks. */
const TILING = 16;

const RUNS = 5;
const WARM_UPS = 2;

/** The middle of some numbers; the upper one of two. */
export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

function noise(size: number, seed: number): Tensor {
  const next = random(seed);
  return { data: Float32Array.from({ length: 3 * size * size }, () => next() * 255), shape: [1, 3, size, size] };
}

const RANDOM_LAYERS = {
  style: ["block1_conv1", "block2_conv1", "block3_conv1", "block4_conv1", "block5_conv1"],
  content: "block4_conv2",
};

/**
 * Measures a step: style as Gram matrices in the network's style layers, content as features, one size x size image,
 * average pooling; the median of five after two warm-ups.
 */
export async function measureStep(
  engine: Pick<OpenEngine, "programs" | "threads" | "network">,
  { network: id, size }: { network: string; size: number },
): Promise<StepMeasurement> {
  const { runtime } = engine.programs;
  const network = id === STEP_NETWORK ? randomVgg() : await engine.network(id);
  const { style: presets } = presetsOf(network);
  const chosen = id === STEP_NETWORK ? RANDOM_LAYERS : { style: Object.keys(presets.layers), content: presets.content };
  const scope = scopeOf(network.build({ pooling: "average", multipleOf: size % TILING === 0 ? TILING : 1 }));
  const targets = await runtime.compile({ ...gramOutputs(scope, chosen.style), content: scope.layer(chosen.content) });
  const { content: features, ...grams } = await targets.run({ image: noise(size, 2) });
  await targets.dispose();
  if (!features) throw new Error("a program gave no content features");
  const objective = sum([
    [gramLoss(Object.entries(grams).map(([layer, target]) => ({ layer, weight: 1, target }))), 1],
    [content(chosen.content, features, 1), 1],
  ]);
  const loss = objective.build(scope);
  const work = convolutionWork([loss], { image: [1, 3, size, size] });
  const program = await runtime.compile(lossAndGradient(loss, scope.image));
  const inputs = { ...objective.values, image: noise(size, 1) };
  const times: number[] = [];
  for (let run = 0; run < WARM_UPS + RUNS; run++) {
    const start = performance.now();
    await program.run(inputs);
    if (run >= WARM_UPS) times.push(performance.now() - start);
  }
  await program.dispose();
  const ms = median(times);
  return {
    size,
    threads: engine.threads ?? availableParallelism(),
    median_ms: Math.round(ms * 10) / 10,
    gflops: Math.round((4 * work) / ms / 1e5) / 10,
    runtime: runtime.name,
  };
}

/** Multiply-adds of all convolutions that `outputs` reach, for inputs of the given shapes. */
export function convolutionWork(outputs: readonly Node[], sizes: Readonly<Record<string, readonly number[]>>): number {
  const dimensions = new Dimensions(sizes);
  let total = 0;
  for (const node of topologicalOrder(outputs)) {
    const shape = dimensions.of(node);
    if (node.op !== "conv2d") continue;
    const kernel = node.inputs[1]?.shape ?? [];
    const perPlace = kernel.slice(1).reduce<number>((product, d) => product * (d ?? 1), 1);
    total += shape.reduce<number>((product, d) => product * Number(d), perPlace);
  }
  return total;
}
