/** Reads Keras h5 files: whole models (`model.save`) and the weight-only files of VGG16, VGG19 and SqueezeNet 1.1. */
import { Dataset, File, Group, Module, ready } from "h5wasm/node";
import { NetworkError } from "../network.js";
import { isWholeHdf5 } from "./hdf5-size.js";
import { readModelConfig } from "./keras-config.js";
import { kerasGraph } from "./keras-layers.js";
import { architectureOf } from "./keras-tables.js";
import type { LayerGraph } from "./layer-graph.js";
import { elements, type Weight, type WeightStore } from "./weights.js";

/** Keras's own words for weights; files whose names hold none of them are read by place. */
const WORDS = new Set([
  ..."kernel bias gamma beta moving_mean moving_variance depthwise_kernel pointwise_kernel alpha".split(" "),
]);

interface Named extends Weight {
  readonly name: string;
}

const strings = (value: unknown): string[] => (Array.isArray(value) ? value.filter((v) => typeof v === "string") : []);
const word = (name: string): string => name.slice(name.lastIndexOf("/") + 1).replace(/:\d+$/, "");

function attribute(group: Group, name: string): unknown {
  return group.attrs[name]?.value;
}

/** Attributes of more than 64 kB are cut by Keras into name0, name1, ... */
function nameList(group: Group, name: string): string[] {
  const whole = strings(attribute(group, name));
  for (let i = 0; `${name}${i}` in group.attrs; i++) whole.push(...strings(attribute(group, `${name}${i}`)));
  return whole;
}

function readWeight(group: Group, name: string): Named {
  const dataset = group.get(name);
  if (!(dataset instanceof Dataset)) throw new NetworkError("corrupt", "weight.missing", { weight: name });
  const shape = dataset.shape ?? [];
  const value: unknown = dataset.value;
  if (!(value instanceof Float32Array || value instanceof Float64Array))
    throw new NetworkError("unsupported", "weight.type", { weight: name, type: String(dataset.dtype) });
  const floats = value instanceof Float32Array ? value : Float32Array.from(value);
  if (floats.length !== elements(shape)) throw new NetworkError("corrupt", "weight.short", { weight: name });
  return { name, shape, data: () => floats };
}

function weightStore(root: Group, layerNames: readonly string[]): WeightStore {
  const layers = new Map<string, Named[]>();
  let bytes = 0;
  for (const layer of layerNames) {
    const group = root.get(layer);
    if (!(group instanceof Group)) continue;
    const weights = nameList(group, "weight_names").map((name) => readWeight(group, name));
    for (const { shape } of weights) bytes += elements(shape) * 4;
    layers.set(layer, weights);
  }
  const all = [...layers.values()].flat();
  return {
    bytes,
    find(layer, weight, place) {
      const own = layers.get(layer);
      if (own && own.length > 0) {
        const named = own.filter((w) => word(w.name) === weight);
        if (named[0] && named.length === 1) return named[0];
        return own.some((w) => WORDS.has(word(w.name))) ? undefined : own[place];
      }
      // Layers of models within the model lie in the outer model's group.
      const inner = all.filter((w) =>
        w.name.replace(/:\d+$/, "").endsWith(`${layer.slice(layer.lastIndexOf("/") + 1)}/${weight}`),
      );
      return inner.length === 1 ? inner[0] : undefined;
    },
  };
}

/**
 * @param path of an .h5 or .hdf5 file
 * @throws NetworkError "corrupt" or "unsupported"
 */
export async function readKerasH5(path: string): Promise<LayerGraph> {
  if (!(await isWholeHdf5(path))) throw new NetworkError("corrupt", "model.not-hdf5", { path });
  await ready;
  // Otherwise the library prints its errors instead of throwing them.
  Module.activate_throwing_error_handler();
  let file: File;
  try {
    file = new File(path, "r");
    if (file.file_id < 0n) throw new Error("not an HDF5 file");
  } catch (error) {
    throw new NetworkError("corrupt", "model.not-hdf5", { path }, { cause: error });
  }
  try {
    const within = file.get("model_weights");
    const root = within instanceof Group ? within : file;
    const names = nameList(root, "layer_names");
    if (names.length === 0) throw new NetworkError("corrupt", "model.no-keras", { path });
    const config = attribute(file, "model_config");
    let layers = architectureOf(new Set(names));
    if (typeof config === "string") {
      try {
        layers = readModelConfig(JSON.parse(config));
      } catch (error) {
        if (error instanceof NetworkError) throw error;
        throw new NetworkError("corrupt", "model.description", { path }, { cause: error });
      }
    }
    if (!layers) throw new NetworkError("unsupported", "model.weights-only", { path });
    return kerasGraph(layers, weightStore(root, names));
  } finally {
    file.close();
  }
}
