import { describe, expect, test } from "vitest";
import { input, relu } from "../../../src/engine/graph/ops.js";
import { loadTfjsCpu } from "../../../src/engine/runtimes/tfjs/load.js";
import { tfjsRuntime } from "../../../src/engine/runtimes/tfjs/tfjs.js";
import { numbersOf, programOf } from "../graph/case.js";
import { CHAINS } from "../graph/chains.js";
import { toTensor } from "../graph/numbers.js";
import { conformance } from "./conformance.js";

conformance("tfjs on its plain CPU backend", async () => tfjsRuntime((await loadTfjsCpu()).tf));

describe("memory of tfjs", () => {
  const [chain] = CHAINS;
  if (!chain) throw new Error("there are no chains");
  const built = programOf(chain);
  const numbers = numbersOf(chain, built, chain.runs[0] ?? {});
  const inputs = Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, toTensor(value)]));

  test("a run leaves nothing behind, nor does a program", async () => {
    const { tf } = await loadTfjsCpu();
    const before = tf.memory().numTensors;
    const program = await tfjsRuntime(tf).compile(built.outputs);
    const compiled = tf.memory().numTensors;
    await program.run(inputs);
    await program.run(inputs);
    expect(tf.memory().numTensors).toBe(compiled);
    await program.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test("a run that fails leaves nothing behind", async () => {
    const { tf } = await loadTfjsCpu();
    const program = await tfjsRuntime(tf).compile(built.outputs);
    const before = tf.memory().numTensors;
    const wrong = { ...inputs, x: { data: new Float32Array(5 * 8 * 8), shape: [1, 5, 8, 8] } };
    await expect(program.run(wrong)).rejects.toThrow();
    expect(tf.memory().numTensors).toBe(before);
    await program.dispose();
  });

  test("an intermediate is freed after its last use: a longer chain needs no more at a time", async () => {
    const { tf } = await loadTfjsCpu();
    const peak = async (outputs: typeof built.outputs): Promise<number> => {
      const program = await tfjsRuntime(tf).compile(outputs);
      const start = tf.memory().numTensors;
      let most = 0;
      const engine = tf.engine();
      const run = engine.runKernel.bind(engine);
      engine.runKernel = ((...args: Parameters<typeof run>) => {
        const result = run(...args);
        most = Math.max(most, tf.memory().numTensors - start);
        return result;
      }) as typeof engine.runKernel;
      try {
        await program.run(inputs);
      } finally {
        engine.runKernel = run;
        await program.dispose();
      }
      return most;
    };
    const x = built.outputs.y;
    if (!x) throw new Error("the chain has no result");
    const lengthened = Array.from({ length: 100 }).reduce<typeof x>((y) => relu(y), x);
    expect(await peak({ y: lengthened })).toBeLessThanOrEqual((await peak({ y: x })) + 1);
  });

  test("two runs at a time do not disturb each other", async () => {
    const { tf } = await loadTfjsCpu();
    const program = await tfjsRuntime(tf).compile(built.outputs);
    const [a, b] = await Promise.all([program.run(inputs), program.run(inputs)]);
    expect([...(a.y?.data ?? [])]).toEqual([...(b.y?.data ?? [])]);
    await program.dispose();
  });

  test("results are the caller's own: changing them changes no weight and no input", async () => {
    const { tf } = await loadTfjsCpu();
    const { x } = inputs;
    if (!x) throw new Error("the chain has no picture");
    const picture = input("x", [null, 3, null, null]);
    const program = await tfjsRuntime(tf).compile({ y: picture });
    const before = [...x.data];
    (await program.run({ x })).y?.data.fill(0);
    expect([...x.data]).toEqual(before);
    await program.dispose();
  });
});
