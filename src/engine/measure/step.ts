/** How long one style-transfer step takes: loss and image gradient of VGG19 or another network. */
import { availableParallelism } from "node:os";
import { gradient } from "../graph/gradient.js";
import { random } from "../images/random.js";
import type { Network } from "../networks/network.js";
import { content } from "../objectives/content.js";
import { gramLoss, gramOutputs } from "../objectives/gram.js";
import { scopeOf, sum } from "../objectives/objective.js";
import type { Runtime, Tensor } from "../runtimes/runtime.js";

export interface StepMeasurement {
  /** Side of the square picture, in pixels. */
  readonly size: number;
  readonly threads: number;
  readonly median_ms: number;
  /** 4 floating-point operations (forward and back, multiply and add) per multiplication of a convolution. */
  readonly gflops: number;
  readonly runtime: string;
}

export interface StepOptions {
  readonly network: Network;
  readonly size: number;
  readonly runtime: Runtime;
  readonly threads?: number;
  readonly styleLayers: readonly string[];
  readonly contentLayer: string;
  /** Multiply-adds of the convolutions for one pixel of the picture, forward. */
  readonly macs: number;
  readonly runs?: number;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Measures a step: style as Gram matrices, content as features, one size x size picture, average pooling; two warm-ups. */
export async function measureStep(options: StepOptions): Promise<StepMeasurement> {
  const { network, size, runtime, styleLayers, contentLayer, runs = 5 } = options;
  const noise = (seed: number): Tensor => {
    const next = random(seed);
    return { data: Float32Array.from({ length: 3 * size * size }, () => next() * 255), shape: [1, 3, size, size] };
  };
  const { image, layers } = network.build({ pooling: "average" });
  const layer = (name: string) => {
    const found = layers.get(name);
    if (!found) throw new Error(`no layer ${name}`);
    return found;
  };
  const targets = await runtime.compile({ ...gramOutputs(scopeOf(image, layer), styleLayers), content: layer(contentLayer) });
  const reached = await targets.run({ image: noise(2) });
  await targets.dispose();
  const style = gramLoss(styleLayers.map((name) => ({ layer: name, weight: 1, target: reached[name] ?? noise(3) })));
  const objective = sum([
    [style, 1],
    [content(contentLayer, reached.content ?? noise(3), 1), 1],
  ]);
  const loss = objective.build(scopeOf(image, layer));
  const program = await runtime.compile({ loss, gradient: gradient(loss, image) });
  const inputs = { ...objective.values, image: noise(1) };
  const times: number[] = [];
  for (let run = -2; run < runs; run++) {
    const start = performance.now();
    await program.run(inputs);
    if (run >= 0) times.push(performance.now() - start);
  }
  await program.dispose();
  const ms = median(times);
  return {
    size,
    threads: options.threads ?? availableParallelism(),
    median_ms: Math.round(ms * 10) / 10,
    gflops: Math.round((4 * options.macs * size * size) / ms / 1e5) / 10,
    runtime: runtime.name,
  };
}
