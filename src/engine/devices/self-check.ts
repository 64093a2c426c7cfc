/** Is a device right, and how fast is it? Held against the CPU, on a small network with random weights. */
import { lossAndGradient } from "../graph/gradient.js";
import type { Node } from "../graph/node.js";
import { random } from "../images/random.js";
import { randomVgg } from "../networks/random-vgg.js";
import { dream } from "../objectives/dream.js";
import { gramLoss } from "../objectives/gram.js";
import { scopeOf, sum } from "../objectives/objective.js";
import { totalVariation } from "../objectives/total-variation.js";
import type { Runtime, Tensor } from "../runtimes/runtime.js";

/** How far a device's gradient may be from the CPU's: ||g - g'|| / ||g'||. */
export const AGREEMENT = 2e-3;

/** Side of the image of the step that is timed, in pixels. */
export const TIMED_SIDE = 192;

const noise = (height: number, width: number): Tensor => {
  const next = random(1);
  return { data: Float32Array.from({ length: 3 * height * width }, () => 255 * next()), shape: [1, 3, height, width] };
};

interface Check {
  readonly outputs: Readonly<Record<string, Node>>;
  readonly values: Readonly<Record<string, Tensor>>;
}

/**
 * Style, dream and total variation at once: convolutions, ReLU, pooling, matrix products, crops, powers and sums, and
 * their gradients.
 */
function check(blocks: readonly (readonly [number, number])[], layer: string): Check {
  const scope = scopeOf(randomVgg(blocks).build());
  const channels = Number(scope.layer(layer).shape[1]);
  const target = { data: new Float32Array(channels * channels).fill(0.1), shape: [1, channels, channels] };
  const objective = sum([
    [gramLoss([{ layer, weight: 1, target }]), 1],
    [dream({ [layer]: 1 }), 1],
    [totalVariation(1), 1e-6],
  ]);
  const loss = objective.build(scope);
  return { outputs: { gradient: lossAndGradient(loss, scope.image).gradient }, values: objective.values };
}

async function gradientOn(runtime: Runtime, { outputs, values }: Check, image: Tensor): Promise<Float32Array> {
  const program = await runtime.compile(outputs);
  try {
    return (await program.run({ ...values, image })).gradient?.data ?? new Float32Array();
  } finally {
    await program.dispose();
  }
}

function difference(ours: Float32Array, theirs: Float32Array): number {
  if (ours.length !== theirs.length) return Number.POSITIVE_INFINITY;
  let [error, norm] = [0, 0];
  for (const [i, v] of theirs.entries()) {
    error += ((ours[i] ?? Number.NaN) - v) ** 2;
    norm += v * v;
  }
  return Math.sqrt(error / norm);
}

/**
 * How far a runtime's gradient is from another's, relative to its length; NaN where it is no number.
 *
 * The image's sides are odd, so that windows do not divide them.
 */
export async function disagreement(runtime: Runtime, trusted: Runtime): Promise<number> {
  const small = check(
    [
      [1, 16],
      [2, 32],
      [1, 32],
    ],
    "block3_conv1",
  );
  const image = noise(37, 51);
  return difference(await gradientOn(runtime, small, image), await gradientOn(trusted, small, image));
}

/**
 * Milliseconds of one step: the gradient of a 192 px image through six convolutions.
 * @param warm whether a first run, which compiles and allocates, is left out
 */
export async function timeStep(runtime: Runtime, warm = true): Promise<number> {
  const { outputs, values } = check(
    [
      [2, 32],
      [2, 64],
      [2, 128],
    ],
    "block3_conv2",
  );
  const program = await runtime.compile(outputs);
  try {
    const inputs = { ...values, image: noise(TIMED_SIDE, TIMED_SIDE) };
    if (warm) await program.run(inputs);
    const start = performance.now();
    await program.run(inputs);
    return performance.now() - start;
  } finally {
    await program.dispose();
  }
}
