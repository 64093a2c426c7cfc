/**
 * Reads a tfjs model: `model.json` and its weight files. A layers-model is a Keras model, a graph-model a frozen
 * TensorFlow graph.
 */
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { NetworkError } from "../network.js";
import { readModelConfig } from "./keras-config.js";
import { kerasGraph } from "./keras-layers.js";
import type { LayerGraph } from "./layer-graph.js";
import { tfjsGraph } from "./tfjs-graph.js";
import { readTfjsWeights } from "./tfjs-weights.js";

const Topology = z.object({ keras_version: z.unknown() });
const kerasVersion = (topology: unknown): unknown => Topology.safeParse(topology).data?.keras_version;

const ModelJson = z.object({
  format: z.string().nullish(),
  modelTopology: z.unknown(),
  weightsManifest: z.unknown(),
  userDefinedMetadata: z.record(z.string(), z.unknown()).nullish(),
});

/**
 * @param path of model.json
 * @throws NetworkError "corrupt" or "unsupported"
 */
export async function readTfjs(path: string): Promise<LayerGraph> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw new NetworkError("corrupt", "model.not-json", { path }, { cause: error });
  }
  const model = ModelJson.safeParse(json);
  if (!model.success || !model.data.modelTopology) throw new NetworkError("corrupt", "model.not-layers", { path });
  const { format, modelTopology, weightsManifest } = model.data;
  const weights = await readTfjsWeights(dirname(path), weightsManifest);
  const graph =
    format === "graph-model"
      ? tfjsGraph(modelTopology, weights, path)
      : kerasGraph(readModelConfig(modelTopology), weights, kerasVersion(modelTopology));
  const { userDefinedMetadata: metadata } = model.data;
  return metadata ? { ...graph, metadata } : graph;
}
