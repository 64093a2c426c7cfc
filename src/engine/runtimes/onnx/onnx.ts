/** The onnx runtime: writes a tensor program as an ONNX model and runs it in onnxruntime-node. */

import { LRUCache } from "lru-cache";
import type * as Ort from "onnxruntime-node";
import { type Dimension, Dimensions } from "../../graph/dimensions.js";
import { type Node, topologicalOrder } from "../../graph/node.js";
import { input } from "../../graph/ops.js";
import { DataType } from "../../onnx-schema.js";
import {
  type Held,
  type Inputs,
  type Outcome,
  type Program,
  type Runtime,
  RuntimeFailure,
  type Tensor,
  type Tensors,
} from "../runtime.js";
import { InPlanes } from "./in-planes.js";
import { lower } from "./lower.js";
import { loadOnnx } from "./package.js";
import { Sizes } from "./sizes.js";
import { type WinogradKernels, type WinogradTable, winogradKernels } from "./winograd.js";
import { type Beside, type OnnxDevice, OnnxWriter } from "./writer.js";

interface OnnxOptions {
  readonly device?: OnnxDevice;
  /** Threads inside an operation on the CPU; the number of cores when left out. */
  readonly threads?: number;
  /** Writes programs as for another device than that which runs them: so tests see a GPU's programs without the GPU. */
  readonly writtenFor?: OnnxDevice;
  /** Which convolutions are computed by Winograd's algorithm, on the CPU; tests take smaller ones, to be quick. */
  readonly winograd?: WinogradTable;
}

/**
 * Before the names of outputs, which may be those of inputs or, taken from a network's file, the writer's own
 * ("Relu_5").
 */
const OUTPUT = "out:";

const NONE: WinogradKernels = { runs: new Set(), alone: new Set() };

/** A program in onnxruntime's language. */
interface Written {
  readonly model: Uint8Array;
  readonly beside: readonly Beside[];
  /** Names of its inputs. */
  readonly inputs: readonly string[];
  /** What its constants take once it is opened. */
  readonly bytes: number;
}

/**
 * Encodes what `outputs` reach as an ONNX model.
 * @param chosen kernels of the convolutions that Winograd's algorithm computes
 */
export function toOnnx(
  outputs: Readonly<Record<string, Node>>,
  device: OnnxDevice = "cpu",
  chosen: WinogradKernels = NONE,
): Written {
  const writer = new OnnxWriter(device);
  const dimensions = new Dimensions();
  const inputs: { name: string; shape: readonly Dimension[] }[] = [];
  const dataType = (node: Node) => (node.type === "bool" ? DataType.bool : DataType.float32);
  const resultOf = (node: Node): string => {
    const known = writer.results.get(node);
    if (known !== undefined) return known;
    const shape = dimensions.of(node);
    const planes = inPlanes.of(node);
    if (node.op === "input") inputs.push({ name: node.attributes.name, shape });
    const name = planes ? inPlanes.toMap(planes) : (inPlanes.alone(node) ?? lower({ writer, sizes, resultOf }, node));
    writer.results.set(node, name);
    if (node.op !== "constant") writer.describe(name, dataType(node), shape);
    return name;
  };
  const sizes = new Sizes(writer, dimensions, resultOf);
  const inPlanes = new InPlanes({ writer, sizes, dimensions, chosen, resultOf });
  // Inputs come before what uses them, so that the recursion stays shallow; comparisons wait until something asks,
  // since the gradient of ReLU may do without. What is computed as planes becomes a map where something else asks for
  // it.
  for (const node of topologicalOrder(Object.values(outputs)))
    if (node.type === "float32" && !inPlanes.of(node)) resultOf(node);
  const results = Object.entries(outputs).map(([name, node]) => {
    writer.named("Identity", [resultOf(node)], OUTPUT + name);
    return { name: OUTPUT + name, shape: dimensions.of(node), dataType: dataType(node) };
  });
  const model = writer.finish(inputs, results);
  return { model, beside: writer.beside, inputs: inputs.map((i) => i.name), bytes: writer.bytes };
}

function numbersOf(name: string, { data, type }: Ort.Tensor): Float32Array {
  if (!(data instanceof Float32Array)) throw new RuntimeFailure(`the output "${name}" is not float32 but ${type}`);
  return data;
}

/** A result in the GPU's memory, or, since onnxruntime holds them on WebGPU only, in the process's. */
class OnnxHeld implements Held {
  constructor(
    readonly tensor: Ort.Tensor,
    private readonly copy: (tensor: Ort.Tensor) => Promise<Float32Array>,
  ) {}

  get shape(): readonly number[] {
    return this.tensor.dims;
  }

  async read(): Promise<Float32Array> {
    return this.tensor.location === "cpu" ? numbersOf("held", this.tensor) : this.copy(this.tensor);
  }

  release(): void {
    this.tensor.dispose();
  }
}

type Outputs = Readonly<Record<string, Node>>;
/** Shapes of inputs, by name. */
type Shapes = Readonly<Record<string, readonly number[]>>;

/** A model that onnxruntime has opened. */
interface Opened {
  readonly session: Ort.InferenceSession;
  readonly inputs: readonly string[];
  readonly bytes: number;
}

/** @param held names of outputs that stay on the device */
type Open = (outputs: Outputs, chosen: WinogradKernels, held?: readonly string[]) => Promise<Opened>;

/** Shapes whose choice of kernels is remembered. */
const REMEMBERED = 64;

/** A program, opened once for each choice of kernels that its inputs' sizes ask for: few, and one for most networks. */
class OnnxProgram implements Program {
  readonly #opened = new Map<string, Promise<Opened>>();
  #reader: Promise<Opened> | undefined;
  readonly #choices = new LRUCache<string, WinogradKernels>({ max: REMEMBERED });
  /** Grows when a program is opened for other sizes. */
  bytes = 0;

  constructor(
    private readonly ort: typeof Ort,
    private readonly outputs: Outputs,
    private readonly choose: (outputs: Outputs, shapes: Shapes) => WinogradKernels,
    private readonly open: Open,
    private readonly held: readonly string[],
  ) {}

  #openFor(shapes: Shapes): Promise<Opened> {
    const given = JSON.stringify(shapes);
    const chosen = this.#choices.get(given) ?? this.choose(this.outputs, shapes);
    this.#choices.set(given, chosen);
    // With the size more kernels are chosen, never others.
    const key = `${chosen.runs.size} ${chosen.alone.size}`;
    const known = this.#opened.get(key);
    if (known) return known;
    const opening = this.open(this.outputs, chosen, this.held);
    this.#opened.set(key, opening);
    opening.then(
      ({ bytes }) => {
        this.bytes += bytes;
      },
      () => this.#opened.delete(key),
    );
    return opening;
  }

  async run(inputs: Inputs): Promise<Tensors> {
    return (await this.advance(inputs)).tensors;
  }

  async advance(given: Inputs): Promise<Outcome> {
    // Only of maps: the lengths of filters differ from step to step.
    const shapes = Object.entries(given).flatMap(([name, { shape }]) => (shape.length === 4 ? [[name, shape]] : []));
    const { session, inputs } = await this.#openFor(Object.fromEntries(shapes));
    const feeds: Record<string, Ort.Tensor> = {};
    for (const name of inputs) {
      const x = given[name];
      if (!x) throw new RuntimeFailure(`the program needs the input "${name}"`);
      if (x instanceof OnnxHeld) feeds[name] = x.tensor;
      else feeds[name] = new this.ort.Tensor("float32", "data" in x ? x.data : await x.read(), x.shape);
    }
    const [tensors, held]: [Record<string, Tensor>, Record<string, Held>] = [{}, {}];
    for (const [written, value] of Object.entries(await session.run(feeds))) {
      const name = written.slice(OUTPUT.length);
      if (this.held.includes(name)) held[name] = new OnnxHeld(value, (tensor) => this.#copy(tensor));
      else tensors[name] = { data: numbersOf(name, value), shape: value.dims };
    }
    return { tensors, held };
  }

  /** What is in the GPU's memory comes out of it as the result of a program that holds nothing. */
  async #copy(x: Ort.Tensor): Promise<Float32Array> {
    this.#reader ??= this.open(IDENTITY, NONE);
    const { [`${OUTPUT}x`]: y } = await (await this.#reader).session.run({ x });
    return y ? numbersOf("held", y) : new Float32Array();
  }

  async dispose(): Promise<void> {
    const opened = [...this.#opened.values(), ...(this.#reader ? [this.#reader] : [])];
    this.#opened.clear();
    await Promise.all(opened.map(async (opening) => (await opening).session.release()));
  }
}

const IDENTITY = { x: input("x", [null, null, null, null]) };

/**
 * Opens the onnx runtime on a device.
 * @example
 * const runtime = onnxRuntime({ device: "cpu", threads: 2 });
 * const program = await runtime.compile({ loss, gradient: gradient(loss, image) });
 */
export function onnxRuntime({ device = "cpu", threads, writtenFor = device, winograd }: OnnxOptions = {}): Runtime {
  const choose = (outputs: Outputs, shapes: Shapes): WinogradKernels =>
    writtenFor === "cpu" ? winogradKernels(Object.values(outputs), shapes, winograd) : NONE;
  const open: Open = async (outputs, chosen, held = []) => {
    const ort = loadOnnx();
    const { model, beside, inputs, bytes } = toOnnx(outputs, writtenFor, chosen);
    const buffers = Object.fromEntries(held.map((name) => [OUTPUT + name, "gpu-buffer" as const]));
    const session = await ort.InferenceSession.create(model, {
      externalData: beside,
      executionProviders: device === "cpu" ? ["cpu"] : [device, "cpu"],
      graphOptimizationLevel: "all",
      // It would keep a block of all feature maps for every size that was ever run: up to 60 % more memory, for no
      // time that shows.
      enableMemPattern: false,
      // It would never give memory back, and grows by doubling in pieces that other sizes do not fit into: images in
      // tiles took up to four times the memory (bench/memory.ts). Without it a step costs up to 5 % more where malloc
      // has huge pages (engineEnvironment), up to 20 % more where it has not.
      enableCpuMemArena: false,
      logSeverityLevel: 3,
      extra: {
        // It would take the zeros of a Pad before a MaxPool for places that never win.
        optimization: { disable_specified_optimizers: "Pad_Fusion" },
        // Threads would wait for work by keeping their cores busy, also while another program or JavaScript needs
        // them (a recipe's own work between two steps, another job): a dream took a fifth longer on two cores, and
        // the machine's other programs suffered.
        session: { intra_op: { allow_spinning: "0" } },
      },
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
      ...(device === "webgpu" && { preferredOutputLocation: buffers }),
    });
    return { session, inputs, bytes };
  };
  return {
    name: `onnx-${device}`,
    // cuDNN searches for the best of its algorithms.
    plansForShapes: device === "cuda",
    async compile(outputs, held = [], { seldom = false } = {}) {
      return new OnnxProgram(loadOnnx(), outputs, seldom ? () => NONE : choose, open, held);
    },
  };
}
