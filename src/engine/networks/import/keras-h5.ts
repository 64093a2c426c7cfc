/** Reads Keras h5 files: whole models (`model.save`) and the weight-only files of VGG16, VGG19 and SqueezeNet 1.1. */
import { Dataset, File, Group, Module, ready } from "h5wasm/node";
import { NetworkError } from "../network.js";
import { isWholeHdf5 } from "./hdf5-size.js";
import { readModelConfig } from "./keras-config.js";
import { kerasGraph } from "./keras-graph.js";
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
  if (!(dataset instanceof Dataset))
    throw new NetworkError("corrupt", `The weight ${name} is not in the file; fetch or copy it again.`);
  const shape = dataset.shape ?? [];
  const value: unknown = dataset.value;
  let floats: Float32Array;
  if (value instanceof Float32Array) floats = value;
  else if (value instanceof Float64Array) floats = Float32Array.from(value);
  else
    throw new NetworkError(
      "unsupported",
      `The weight ${name} is stored as ${String(dataset.dtype)}; float32 and float64 are known.`,
    );
  if (floats.length !== elements(shape))
    throw new NetworkError("corrupt", `The weight ${name} is cut short; fetch or copy the file again.`);
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
  const broken = `${path} is not an HDF5 file, or is cut short; fetch or copy it again.`;
  if (!(await isWholeHdf5(path))) throw new NetworkError("corrupt", broken);
  await ready;
  // Otherwise the library prints its errors instead of throwing them.
  Module.activate_throwing_error_handler();
  let file: File;
  try {
    file = new File(path, "r");
    if (file.file_id < 0n) throw new Error("not an HDF5 file");
  } catch (error) {
    throw new NetworkError("corrupt", broken, { cause: error });
  }
  try {
    const within = file.get("model_weights");
    const root = within instanceof Group ? within : file;
    const names = nameList(root, "layer_names");
    if (names.length === 0) throw new NetworkError("corrupt", `${path} holds no Keras layers.`);
    const config = attribute(file, "model_config");
    let layers = architectureOf(new Set(names));
    if (typeof config === "string") {
      try {
        layers = readModelConfig(JSON.parse(config));
      } catch (error) {
        if (error instanceof NetworkError) throw error;
        throw new NetworkError("corrupt", `The description of the model in ${path} is damaged.`, { cause: error });
      }
    }
    if (!layers) {
      throw new NetworkError(
        "unsupported",
        `${path} holds weights only, of an architecture that is not known (VGG16, VGG19 and SqueezeNet are); save the whole model with model.save.`,
      );
    }
    return kerasGraph(layers, weightStore(root, names));
  } finally {
    file.close();
  }
}
