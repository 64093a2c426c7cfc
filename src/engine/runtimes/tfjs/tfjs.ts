/**
 * The tfjs runtime: interprets a tensor program with TensorFlow.js's kernels, on a GPU or, slowly, in plain JavaScript.
 */
import { setImmediate } from "node:timers/promises";
import { type Node, type NodeOf, topologicalOrder } from "../../graph/node.js";
import { showShape } from "../../graph/ops.js";
import {
  type Held,
  type Inputs,
  type Outcome,
  type Program,
  type Runtime,
  RuntimeFailure,
  type Tensors,
} from "../runtime.js";
import { Filters } from "./convolution.js";
import { type Computed, compute, type Device } from "./kernels.js";
import { shapeOf, type Tensor, type Tf, toMemory, toProgram } from "./layout.js";

/**
 * tfjs computes on this thread: after this long it lets others have a turn, so that a process that works still answers.
 */
const TURN_MS = 50;

interface Step {
  readonly node: Extract<Node, { op: Computed }>;
  /** Nodes whose results nothing needs after this one. */
  readonly lastUses: readonly Node[];
}

/** Inputs that a node's kernel reads: convolutions have their kernels laid out already. */
function read(node: Node): readonly (Node | undefined)[] {
  if (node.op !== "conv2d" && node.op !== "conv2dTranspose") return node.inputs;
  return node.inputs.map((x, i) => (i === 1 ? undefined : x));
}

/** A tensor as it lies in tfjs's memory. */
class TfjsHeld implements Held {
  constructor(
    private readonly tf: Tf,
    readonly tensor: Tensor,
  ) {}

  get shape(): readonly number[] {
    return shapeOf(this.tensor);
  }

  async read(): Promise<Float32Array> {
    return (await download(this.tf, this.tensor)).data;
  }

  release(): void {
    this.tensor.dispose();
  }
}

async function download(tf: Tf, x: Tensor): Promise<{ data: Float32Array; shape: number[] }> {
  const ordered = tf.tidy(() => tf.cast(toProgram(tf, tf.clone(x)), "float32"));
  try {
    // A copy: on the CPU the numbers may be those of an input or of the network's weights.
    return { data: Float32Array.from(await ordered.data()), shape: shapeOf(x) };
  } finally {
    ordered.dispose();
  }
}

class TfjsProgram implements Program {
  readonly bytes: number;
  readonly #device: Device;
  readonly #constants = new Map<Node, Tensor>();
  readonly #inputs: readonly NodeOf<"input">[];
  readonly #steps: readonly Step[];
  #disposed = false;

  constructor(
    private readonly tf: Tf,
    private readonly outputs: Readonly<Record<string, Node>>,
    private readonly held: readonly string[],
  ) {
    const order = topologicalOrder(Object.values(outputs));
    const wanted = new Set(Object.values(outputs));
    this.#device = { tf, filters: new Filters(tf) };
    this.#inputs = order.filter((node) => node.op === "input");
    // From the end to the beginning, the first use that is met is the last.
    const used = new Set<Node>(wanted);
    const steps: Step[] = [];
    for (const node of [...order].reverse()) {
      if (node.op === "input" || node.op === "constant") continue;
      const lastUses = [...new Set(read(node))].filter(
        (x): x is Node => x !== undefined && x.op !== "constant" && !used.has(x),
      );
      for (const x of lastUses) used.add(x);
      steps.unshift({ node, lastUses });
    }
    this.#steps = steps;
    const plain = new Set([...wanted, ...steps.flatMap(({ node }) => read(node))]);
    for (const node of order) {
      if (node.op === "conv2d" || node.op === "conv2dTranspose") this.#device.filters.of(node);
      if (node.op !== "constant" || !plain.has(node)) continue;
      const laid = tf.tidy(() => toMemory(tf, tf.tensor(node.attributes.data, [...(node.shape as readonly number[])])));
      this.#constants.set(node, tf.keep(laid));
    }
    // In plain JavaScript, gradients have their kernels with the channels swapped: up to as much again.
    const copies = tf.getBackend() === "cpu" ? 2 : 1;
    this.bytes = [...this.#held()].reduce((sum, x) => sum + copies * x.size * Float32Array.BYTES_PER_ELEMENT, 0);
  }

  async run(inputs: Inputs): Promise<Tensors> {
    return (await this.advance(inputs)).tensors;
  }

  async advance(inputs: Inputs): Promise<Outcome> {
    if (this.#disposed) throw new RuntimeFailure("the program was disposed of");
    const { tf } = this;
    const live = new Map<Node, Tensor>();
    try {
      for (const node of this.#inputs) live.set(node, await this.#upload(node, inputs));
      await this.#compute(live);
      const results = Object.entries(this.outputs)
        .filter(([name]) => !this.held.includes(name))
        .map(async ([name, node]) => [name, await download(tf, this.#valueOf(node, live))] as const);
      const tensors = Object.fromEntries(await Promise.all(results));
      const held = this.held.flatMap((name) => {
        const node = this.outputs[name];
        return node ? [[name, new TfjsHeld(tf, tf.clone(this.#valueOf(node, live)))] as const] : [];
      });
      return { tensors, held: Object.fromEntries(held) };
    } finally {
      for (const tensor of live.values()) tensor.dispose();
    }
  }

  /** An input as a tensor of this run's own. */
  async #upload({ attributes: { name }, shape }: NodeOf<"input">, inputs: Inputs): Promise<Tensor> {
    const { tf } = this;
    const given = inputs[name];
    if (!given) throw new RuntimeFailure(`the program needs the input "${name}"`);
    if (given.shape.length !== shape.length || shape.some((d, i) => d !== null && d !== given.shape[i]))
      throw new RuntimeFailure(
        `the input "${name}" must be of shape ${showShape(shape)}, not ${showShape(given.shape)}`,
      );
    if (given instanceof TfjsHeld) return tf.clone(given.tensor);
    const data = "data" in given ? given.data : await given.read();
    return tf.tidy(() => toMemory(tf, tf.tensor(data, [...given.shape], "float32")));
  }

  async #compute(live: Map<Node, Tensor>): Promise<void> {
    let turn = performance.now();
    for (const { node, lastUses } of this.#steps) {
      const inputs = read(node).map((x) => (x ? this.#valueOf(x, live) : undefined));
      // The place of a kernel is never read; it keeps the other inputs in theirs.
      const [first] = inputs;
      const filled = inputs.map((x) => x ?? first).filter((x) => x !== undefined);
      live.set(node, compute(this.#device, node, filled));
      for (const x of lastUses) {
        live.get(x)?.dispose();
        live.delete(x);
      }
      if (performance.now() - turn < TURN_MS) continue;
      await setImmediate();
      turn = performance.now();
    }
  }

  #valueOf(node: Node, live: ReadonlyMap<Node, Tensor>): Tensor {
    const value = this.#constants.get(node) ?? live.get(node);
    if (!value) throw new RuntimeFailure(`a ${node.op} is needed before it is computed, or after it was released`);
    return value;
  }

  *#held(): Iterable<Tensor> {
    yield* this.#constants.values();
    yield* this.#device.filters.tensors();
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const tensor of this.#held()) tensor.dispose();
  }
}

/**
 * Opens the tfjs runtime.
 * @param tf the functions of tfjs-core with a backend registered: `loadTfjs` has them
 * @param name of the device, for instance "tfjs-cpu"
 * @example
 * const { tf, name } = await loadTfjs();
 * const program = await tfjsRuntime(tf, name).compile({ loss, gradient: gradient(loss, image) });
 */
export function tfjsRuntime(tf: Tf, name = "tfjs-cpu"): Runtime {
  return { name, compile: async (outputs, held = []) => new TfjsProgram(tf, outputs, held) };
}
