/** The onnx runtime: writes a tensor program as an ONNX model and runs it in onnxruntime-node. */
import type * as Ort from "onnxruntime-node";
import { loadNative } from "../../../shared/native.js";
import { type Dimension, Dimensions } from "../../graph/dimensions.js";
import { type Node, topologicalOrder } from "../../graph/node.js";
import { DataType } from "../../onnx-schema.js";
import { type Program, type Runtime, RuntimeFailure, type Tensors } from "../runtime.js";
import { InPlanes } from "./in-planes.js";
import { lower } from "./lower.js";
import { Sizes } from "./sizes.js";
import { MANY_CHANNELS, winogradKernels } from "./winograd.js";
import { type OnnxDevice, OnnxWriter } from "./writer.js";

interface OnnxOptions {
  readonly device?: OnnxDevice;
  /** Threads inside an operation on the CPU; the number of cores when left out. */
  readonly threads?: number;
  /** Writes programs as for another device than that which runs them: so tests see a GPU's programs without the GPU. */
  readonly writtenFor?: OnnxDevice;
  /**
   * From how many channels on convolutions are computed by Winograd's algorithm, on the CPU; tests take fewer, to be
   * quick.
   */
  readonly manyChannels?: number;
}

/**
 * Before the names of outputs, which may be those of inputs or, taken from a network's file, the writer's own
 * ("Relu_5").
 */
const OUTPUT = "out:";

/** Encodes what `outputs` reach as an ONNX model. */
export function toOnnx(
  outputs: Readonly<Record<string, Node>>,
  device: OnnxDevice = "cpu",
  manyChannels: number = MANY_CHANNELS,
): { model: Uint8Array; inputs: string[]; bytes: number } {
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
    const name = planes ? inPlanes.toMap(planes) : lower({ writer, sizes, resultOf }, node);
    writer.results.set(node, name);
    if (node.op !== "constant") writer.describe(name, dataType(node), shape);
    return name;
  };
  const sizes = new Sizes(writer, dimensions, resultOf);
  const kernels = device === "cpu" ? winogradKernels(Object.values(outputs), manyChannels) : new Set<Node>();
  const inPlanes = new InPlanes({ writer, sizes, dimensions, kernels, resultOf });
  // Inputs come before what uses them, so that the recursion stays shallow; comparisons wait until something asks,
  // since the gradient of ReLU may do without. What is computed as planes becomes a map where something else asks for
  // it.
  for (const node of topologicalOrder(Object.values(outputs)))
    if (node.type === "float32" && !inPlanes.of(node)) resultOf(node);
  const results = Object.entries(outputs).map(([name, node]) => {
    writer.named("Identity", [resultOf(node)], OUTPUT + name);
    return { name: OUTPUT + name, shape: dimensions.of(node), dataType: dataType(node) };
  });
  return { model: writer.finish(inputs, results), inputs: inputs.map((i) => i.name), bytes: writer.bytes };
}

class OnnxProgram implements Program {
  constructor(
    private readonly ort: typeof Ort,
    private readonly session: Ort.InferenceSession,
    private readonly inputs: readonly string[],
    readonly bytes: number,
  ) {}

  async run(tensors: Tensors): Promise<Tensors> {
    const feeds: Record<string, Ort.Tensor> = {};
    for (const name of this.inputs) {
      const tensor = tensors[name];
      if (!tensor) throw new RuntimeFailure(`the program needs the input "${name}"`);
      feeds[name] = new this.ort.Tensor("float32", tensor.data, tensor.shape);
    }
    const results = await this.session.run(feeds);
    return Object.fromEntries(
      Object.entries(results).map(([name, value]) => {
        if (!(value.data instanceof Float32Array))
          throw new RuntimeFailure(`the output "${name}" is not float32 but ${value.type}`);
        return [name.slice(OUTPUT.length), { data: value.data, shape: value.dims }];
      }),
    );
  }

  async dispose(): Promise<void> {
    await this.session.release();
  }
}

/**
 * Opens the onnx runtime on a device.
 * @example
 * const runtime = onnxRuntime({ device: "cpu", threads: 2 });
 * const program = await runtime.compile({ loss, gradient: gradient(loss, image) });
 */
export function onnxRuntime({ device = "cpu", threads, writtenFor = device, manyChannels }: OnnxOptions = {}): Runtime {
  return {
    name: `onnx-${device}`,
    async compile(outputs) {
      const ort = loadNative<typeof Ort>("onnxruntime-node");
      const { model, inputs, bytes } = toOnnx(outputs, writtenFor, manyChannels);
      const session = await ort.InferenceSession.create(model, {
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
      });
      return new OnnxProgram(ort, session, inputs, bytes);
    },
  };
}
