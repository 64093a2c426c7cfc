import { describe, expect, test } from "vitest";
import { input, maxPool } from "../../src/engine/graph/ops.js";
import { Programs } from "../../src/engine/programs.js";
import type { Program, Runtime } from "../../src/engine/runtimes/runtime.js";

const MEGABYTE = 1e6;

/** A runtime whose programs tell what happens to them; a run ends when the test says so. */
class FakeRuntime implements Runtime {
  readonly name = "fake";
  readonly compiled: string[] = [];
  readonly disposed: string[] = [];
  readonly #held = new Map<string, Promise<void>>();
  failing = false;

  /** The next runs of a program wait until the function returned is called. */
  hold(name: string): () => void {
    let release: () => void = () => undefined;
    this.#held.set(
      name,
      new Promise((resolve) => {
        release = resolve;
      }),
    );
    return release;
  }

  async compile(outputs: Readonly<Record<string, unknown>>): Promise<Program> {
    const [name = ""] = Object.keys(outputs);
    this.compiled.push(name);
    if (this.failing) throw new Error(`cannot compile ${name}`);
    let disposed = false;
    const advance = async () => {
      if (disposed) throw new Error(`${name} ran after it was disposed of`);
      await this.#held.get(name);
      if (disposed) throw new Error(`${name} was disposed of while it ran`);
      return { tensors: {}, held: {} };
    };
    return {
      bytes: MEGABYTE,
      advance,
      run: async () => (await advance()).tensors,
      dispose: async () => {
        disposed = true;
        this.disposed.push(name);
      },
    };
  }
}

const open = (megabytes: number) => {
  const runtime = new FakeRuntime();
  const programs = new Programs(runtime, { maxBytes: megabytes * MEGABYTE });
  return { runtime, programs, run: (key: string) => programs.run(key, () => ({ [key]: input("x", []) }), {}) };
};

describe("compiled programs", () => {
  test("are compiled once, also when asked for twice at the same time", async () => {
    const { runtime, run } = open(10);
    await Promise.all([run("a"), run("a")]);
    await run("a");
    expect(runtime.compiled).toEqual(["a"]);
  });

  test("the least recently used goes first when the budget is full", async () => {
    const { runtime, run } = open(2);
    await run("a");
    await run("b");
    await run("a");
    await run("c");
    expect(runtime.disposed).toEqual(["b"]);
    await run("a");
    expect(runtime.compiled).toEqual(["a", "b", "c"]);
    await run("b");
    expect(runtime.compiled).toEqual(["a", "b", "c", "b"]);
  });

  test("one larger than the budget is kept while it is the newest", async () => {
    const { runtime, run } = open(0.5);
    await run("a");
    await run("a");
    expect(runtime.compiled).toEqual(["a"]);
    await run("b");
    expect(runtime.disposed).toEqual(["a"]);
  });

  test("one that is released while it runs ends its run first", async () => {
    const { runtime, run } = open(1);
    await run("a");
    const release = runtime.hold("a");
    const running = run("a");
    await run("b");
    expect(runtime.disposed).toEqual([]);
    release();
    await running;
    await expect.poll(() => runtime.disposed).toEqual(["a"]);
  });

  test("one that fails to compile is tried again the next time", async () => {
    const { runtime, run } = open(2);
    runtime.failing = true;
    await expect(run("a")).rejects.toThrow("cannot compile a");
    runtime.failing = false;
    await run("a");
    expect(runtime.compiled).toEqual(["a", "a"]);
  });

  test("a program that cannot be built is an error, and keeps nothing", async () => {
    const { programs, run, runtime } = open(2);
    const broken = () => {
      throw new Error("no such layer");
    };
    await expect(programs.run("a", broken, {})).rejects.toThrow("no such layer");
    await run("a");
    expect(runtime.compiled).toEqual(["a"]);
  });

  test("all are released in the end, running ones when they have ended", async () => {
    const { runtime, programs, run } = open(10);
    await run("a");
    await run("b");
    const release = runtime.hold("b");
    const running = run("b");
    const disposed = programs.dispose();
    release();
    await running;
    await disposed;
    expect([...runtime.disposed].sort()).toEqual(["a", "b"]);
  });

  test("never let a runtime see an image with no place left for a feature map: it would kill the process", async () => {
    const programs = new Programs(new FakeRuntime(), { maxBytes: MEGABYTE });
    const image = input("image", [null, 3, null, null]);
    const pool = () => ({ y: maxPool(image, { kernel: [3, 3], strides: [2, 2], pads: [0, 0, 0, 0] }) });
    const run = (height: number, width: number) =>
      programs.run("pool", pool, {
        image: { data: new Float32Array(3 * height * width), shape: [1, 3, height, width] },
      });
    await expect(run(3, 3)).resolves.toBeDefined();
    await expect(run(2, 9)).rejects.toMatchObject({ identifier: "network.too-small", params: { side: 2, least: 3 } });
    await programs.dispose();
  });
});
