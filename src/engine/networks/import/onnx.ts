/** Reads an ONNX model: classifiers such as GoogLeNet, VGG, ResNet, SqueezeNet and MobileNetV2, in NCHW. */
import { readFile } from "node:fs/promises";
import { sentence } from "../../../shared/sentences/sentence.js";
import { DataType, decodeModel, type OnnxGraph, type OnnxModel, type OnnxTensor } from "../../onnx-schema.js";
import { NetworkError } from "../network.js";
import { oihw } from "./kernels.js";
import { type Layer, type LayerGraph, Unusable } from "./layer-graph.js";
import { NodeReader } from "./onnx-node.js";
import { OPERATORS, type Reading } from "./onnx-ops.js";
import { shapeOf } from "./onnx-tensor.js";
import { elements } from "./weights.js";

/** Initialisers, Constant nodes, and what Identity makes of them. */
function constantsOf(graph: OnnxGraph, path: string): Map<string, OnnxTensor> {
  const constants = new Map<string, OnnxTensor>();
  for (const tensor of graph.initializer ?? []) constants.set(tensor.name ?? "", tensor);
  for (const node of graph.node ?? []) {
    const [output = ""] = node.output ?? [];
    const reader = new NodeReader(node, constants, path);
    if (node.opType === "Constant") {
      const value = node.attribute?.find((a) => a.name === "value_float")?.f;
      const ints = reader.ints("value_ints");
      const tensor =
        reader.tensor("value") ??
        (value !== undefined ? { dims: [], dataType: DataType.float32, floatData: [value] } : undefined) ??
        (ints ? { dims: [ints.length], dataType: DataType.int64, int64Data: ints } : undefined);
      if (tensor) constants.set(output, { ...tensor, name: output });
    } else if (node.opType === "Identity") {
      const tensor = reader.constant(0);
      if (tensor) constants.set(output, tensor);
    }
  }
  return constants;
}

interface Picture {
  readonly name: string;
  /** Channels last, as tf2onnx writes it; the first node then transposes. */
  readonly channelsLast: boolean;
}

function pictureOf(graph: OnnxGraph, constants: ReadonlyMap<string, OnnxTensor>): Picture {
  for (const { name = "", type } of graph.input ?? []) {
    const dims = type?.tensorType?.shape?.dim;
    if (constants.has(name) || dims?.length !== 4) continue;
    if (dims[1]?.dimValue === 3) return { name, channelsLast: false };
    if (dims[3]?.dimValue === 3) return { name, channelsLast: true };
    if (!dims[1]?.dimValue && !dims[3]?.dimValue) return { name, channelsLast: false };
  }
  throw new NetworkError("unsupported", "model.no-image");
}

function read(reader: NodeReader, picture: Picture, channels: (name: string) => number | undefined): Reading {
  const { domain = "", opType = "", name: node } = reader.node;
  const fromPicture = picture.channelsLast && reader.inputs.includes(picture.name);
  try {
    if (fromPicture && opType === "Transpose" && reader.ints("perm")?.join() === "0,3,1,2")
      return { step: { type: "identity" }, inputs: [picture.name] };
    const standard = domain === "" || domain === "ai.onnx";
    const operator = standard ? OPERATORS[opType] : undefined;
    if (!operator) throw new Unusable("unusable.operation", { operation: standard ? opType : `${domain}.${opType}` });
    if (fromPicture) throw new Unusable("unusable.channels-last");
    return operator(reader, channels);
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    const reason = error.message;
    const named = node ? sentence("unusable.node", { reason, node }) : reason;
    return { step: { type: "unsupported", reason: named }, inputs: [] };
  }
}

/** Channels as far as a glance tells them; `survey` checks properly later. */
function glance(layer: Layer, channels: ReadonlyMap<string, number>): number | undefined {
  const { step } = layer;
  if (step.type === "conv") return oihw(step.kernel)[0];
  if (step.type === "affine") return step.length;
  const inputs = layer.inputs.map((name) => channels.get(name));
  if (step.type === "concat")
    return inputs.reduce((a, b) => (a === undefined || b === undefined ? undefined : a + b), 0);
  if (step.type === "sum" || step.type === "product") return Math.max(...inputs.map((n) => n ?? 0)) || undefined;
  return inputs[0];
}

/** A decoded model as a layer graph. Layers are named after their nodes' first outputs. */
function onnxGraph(model: OnnxModel, path: string): LayerGraph {
  const { graph } = model;
  if (!graph?.node?.length) throw new NetworkError("corrupt", "model.no-network", { path });
  const constants = constantsOf(graph, path);
  const picture = pictureOf(graph, constants);
  const layers: Layer[] = [{ name: picture.name, kind: "Input", inputs: [], step: { type: "input" } }];
  const channels = new Map<string, number>([[picture.name, 3]]);
  for (const node of graph.node) {
    const [name] = node.output ?? [];
    if (!name || constants.has(name)) continue;
    const reader = new NodeReader(node, constants, path);
    const reading = read(reader, picture, (of) => channels.get(of));
    const layer: Layer = { name, kind: node.opType ?? "", ...reading };
    layers.push(layer);
    const count = glance(layer, channels);
    if (count !== undefined) channels.set(name, count);
  }
  const bytes = [...constants.values()].reduce((sum, t) => sum + elements(shapeOf(t)) * 4, 0);
  return { layers, bytes };
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
