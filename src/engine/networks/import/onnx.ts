/** Reads an ONNX model: classifiers such as GoogLeNet, VGG, ResNet, SqueezeNet and MobileNetV2, in NCHW. */
import { readFile } from "node:fs/promises";
import { sentence } from "../../../shared/sentences/sentence.js";
import { DataType, decodeModel, type OnnxGraph, type OnnxModel, type OnnxNode } from "../../onnx-schema.js";
import { NetworkError } from "../network.js";
import { type Layer, type LayerGraph, type Step, stepLayers, Unusable } from "./layer-graph.js";
import { type Constant, constantOf, small } from "./onnx-constants.js";
import { fold } from "./onnx-fold.js";
import { type MapValue, NCHW, NodeReader, PLAIN_NUMBERS, type Scope, type Sizes } from "./onnx-node.js";
import { OPERATORS } from "./onnx-ops.js";
import type { Reading } from "./onnx-reading.js";
import { type Facts, factsOf } from "./survey.js";
import { elements } from "./weights.js";

/** The constant of a Constant node. */
function constantNode(node: OnnxNode, path: string): Constant | undefined {
  for (const { name, t, f, i, ints, floats } of node.attribute ?? []) {
    if (name === "value" && t) return constantOf(t, path);
    if (name === "value_float" && f !== undefined) return small(DataType.float32, [], [f]);
    if (name === "value_int" && i !== undefined) return small(DataType.int64, [], [i]);
    if (name === "value_ints" && ints) return small(DataType.int64, [ints.length], ints);
    if (name === "value_floats" && floats) return small(DataType.float32, [floats.length], floats);
  }
  return undefined;
}

/** The input that is the picture, as a map. Channels last is how tf2onnx writes it; the first node then transposes. */
function pictureOf(graph: OnnxGraph, constants: ReadonlyMap<string, Constant>): MapValue & { readonly sizes: Sizes } {
  const facts: Facts = { channels: 3, stride: 1, nonNegative: false, flat: false };
  const quantized = PLAIN_NUMBERS;
  for (const { name = "", type } of graph.input ?? []) {
    const dims = type?.tensorType?.shape?.dim;
    if (constants.has(name) || dims?.length !== 4) continue;
    const [, second, third, last] = dims.map((d) => d.dimValue || undefined);
    if (second === 3 || (second === undefined && last !== 3))
      return { layer: name, facts, quantized, axes: NCHW, sizes: [third, last] };
    if (last === 3) return { layer: name, facts, quantized, axes: [0, 2, 3, 1], sizes: [second, third] };
  }
  throw new NetworkError("unsupported", "model.no-image");
}

function read(reader: NodeReader): Reading {
  const { domain = "", opType = "", name: node } = reader.node;
  // What a layer that cannot be used goes into cannot be used for the same reason.
  const lost = reader.inputs.find((name, i) => reader.mapAt(i) && !reader.mapAt(i)?.facts && name !== "");
  if (lost !== undefined) return { steps: [{ type: "identity" }], inputs: [lost] };
  try {
    const standard = domain === "" || domain === "ai.onnx";
    const operator = standard && Object.hasOwn(OPERATORS, opType) ? OPERATORS[opType] : undefined;
    if (!operator) throw new Unusable("unusable.operation", { operation: standard ? opType : `${domain}.${opType}` });
    return operator(reader);
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    const reason = error.message;
    const named = node ? sentence("unusable.node", { reason, node }) : reason;
    return { steps: [{ type: "unsupported", reason: named }], inputs: [] };
  }
}

/** Reads a graph's nodes one by one, in the file's order, which puts each after what it takes in. */
class GraphReader {
  readonly layers: Layer[] = [];
  readonly #constants = new Map<string, Constant>();
  readonly #maps = new Map<string, MapValue>();
  readonly #scope: Scope;

  constructor(graph: OnnxGraph, constants: ReadonlyMap<string, Constant>, path: string) {
    for (const [name, constant] of constants) this.#constants.set(name, constant);
    const picture = pictureOf(graph, this.#constants);
    this.#scope = { path, constants: this.#constants, maps: this.#maps, pictureSize: picture.sizes };
    this.layers.push({ name: picture.layer, kind: "Input", inputs: [], step: { type: "input" } });
    this.#maps.set(picture.layer, picture);
  }

  add(node: OnnxNode): void {
    const results = node.opType === "Split" ? (node.output ?? []) : (node.output ?? []).slice(0, 1);
    for (const [i, name] of results.entries())
      if (name !== "") this.#addResult(new NodeReader(node, this.#scope, i), name);
  }

  #addResult(reader: NodeReader, name: string): void {
    const { node } = reader;
    const constant = node.opType === "Constant" ? constantNode(node, this.#scope.path) : fold(reader);
    if (constant) {
      this.#constants.set(name, constant);
      return;
    }
    // What is made of sizes alone is no layer; what needs it says so.
    if (!reader.inputs.some((_, i) => reader.mapAt(i)) || node.opType === "Shape") return;
    const { steps, inputs, axes, split, quantized } = read(reader);
    this.layers.push(...stepLayers(name, node.opType ?? "", inputs, steps));
    const first = reader.mapAt(reader.inputs.findIndex((_, i) => reader.mapAt(i)));
    this.#maps.set(name, {
      layer: name,
      facts: this.#factsAfter(steps, inputs),
      axes: axes ?? first?.axes ?? NCHW,
      ...(split && { split }),
      quantized: quantized ?? first?.quantized ?? PLAIN_NUMBERS,
    });
  }

  #factsAfter(steps: readonly Step[], inputs: readonly string[]): Facts | undefined {
    let facts = inputs.map((name) => this.#maps.get(name)?.facts);
    for (const step of steps) {
      if (facts.some((f) => !f)) return undefined;
      facts = [
        stepFacts(
          step,
          facts.flatMap((f) => f ?? []),
        ),
      ];
    }
    return facts[0];
  }

  get bytes(): number {
    return [...this.#constants.values()].reduce((sum, { shape }) => sum + elements(shape) * 4, 0);
  }
}

/** What a step makes of its inputs, or undefined where it cannot; `survey` says why. */
function stepFacts(step: Step, inputs: readonly Facts[]): Facts | undefined {
  try {
    return factsOf({ step }, inputs);
  } catch (error) {
    if (error instanceof Unusable) return undefined;
    throw error;
  }
}

/**
 * A graph as a layer graph. Layers are named after their nodes' first outputs.
 * @param constants by name, besides those of Constant nodes
 * @throws NetworkError when there is nothing in it, or nothing that takes in a picture
 */
export function onnxLayers(graph: OnnxGraph, constants: ReadonlyMap<string, Constant>, path: string): LayerGraph {
  if (!graph.node?.length) throw new NetworkError("corrupt", "model.no-network", { path });
  const reader = new GraphReader(graph, constants, path);
  for (const node of graph.node) reader.add(node);
  return { layers: reader.layers, bytes: reader.bytes };
}

function onnxGraph({ graph = {}, metadataProps = [] }: OnnxModel, path: string): LayerGraph {
  const constants = new Map((graph.initializer ?? []).map((tensor) => [tensor.name ?? "", constantOf(tensor, path)]));
  const metadata = Object.fromEntries(metadataProps.map(({ key = "", value }) => [key, value]));
  return { ...onnxLayers(graph, constants, path), metadata };
}

/**
 * @param path of the .onnx file
 * @throws NetworkError "corrupt" or "unsupported"
 */
export async function readOnnx(path: string): Promise<LayerGraph> {
  const bytes = await readFile(path);
  let model: OnnxModel;
  try {
    model = decodeModel(bytes);
  } catch (error) {
    throw new NetworkError("corrupt", "model.not-onnx", { path }, { cause: error });
  }
  return onnxGraph(model, path);
}
