/**
 * Reads Keras's files: whole models, as HDF5 (Keras 2) or as an archive (`.keras`), and the weight-only files of VGG16,
 * VGG19 and SqueezeNet 1.1.
 */
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Dataset, File, Group, Module, ready } from "h5wasm/node";
import { z } from "zod";
import { NetworkError } from "../network.js";
import { isWholeHdf5 } from "./hdf5-size.js";
import { type KerasLayer, readModelConfig } from "./keras-config.js";
import { kerasGraph } from "./keras-layers.js";
import { architectureOf } from "./keras-tables.js";
import { halfToFloat } from "./kernels.js";
import type { LayerGraph } from "./layer-graph.js";
import { elements, type Weight, type WeightStore } from "./weights.js";
import { isZip, readZip } from "./zip.js";

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

const HALF = 2;

/** Half precision, which the library does not read by itself. */
function halves(dataset: Dataset, count: number): Float32Array {
  const length = count * HALF;
  const at = Module._malloc(length);
  try {
    Module.get_dataset_data(dataset.file_id, dataset.path, null, null, null, BigInt(at));
    return halfToFloat(new Uint16Array(Module.HEAPU8.slice(at, at + length).buffer));
  } finally {
    Module._free(at);
  }
}

function numbersOf(dataset: Dataset, name: string, count: number): Float32Array {
  const { type, size } = dataset.metadata;
  if (type === Module.H5T_class_t.H5T_FLOAT.value && size === HALF) return halves(dataset, count);
  const value: unknown = dataset.value;
  if (value instanceof Float32Array) return value;
  if (value instanceof Float64Array) return Float32Array.from(value);
  throw new NetworkError("unsupported", "weight.type", { weight: name, type: String(dataset.dtype) });
}

/** A dataset may claim any shape; more than this many times the file's own bytes were never written. */
const MOST_TIMES = 64;

/** @param fileBytes size of the whole file */
function readWeight(group: Group, name: string, fileBytes: number): Named {
  const dataset = group.get(name);
  if (!(dataset instanceof Dataset)) throw new NetworkError("corrupt", "weight.missing", { weight: name });
  const shape = dataset.shape ?? [];
  const count = elements(shape);
  if (!(count * HALF <= MOST_TIMES * fileBytes)) throw new NetworkError("corrupt", "weight.short", { weight: name });
  const floats = numbersOf(dataset, name, count);
  if (floats.length !== elements(shape)) throw new NetworkError("corrupt", "weight.short", { weight: name });
  return { name, shape, data: () => floats };
}

function weightStore(root: Group, layerNames: readonly string[], fileBytes: number): WeightStore {
  const layers = new Map<string, Named[]>();
  let bytes = 0;
  for (const layer of layerNames) {
    const group = root.get(layer);
    if (!(group instanceof Group)) continue;
    const weights = nameList(group, "weight_names").map((name) => readWeight(group, name, fileBytes));
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

/** Opens an HDF5 file for as long as `use` runs. */
async function withH5<T>(path: string, use: (file: File) => T): Promise<T> {
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
    return use(file);
  } finally {
    file.close();
  }
}

/** The layers that a description tells of. */
function describedLayers(config: string, path: string): KerasLayer[] {
  try {
    return readModelConfig(JSON.parse(config));
  } catch (error) {
    if (error instanceof NetworkError) throw error;
    throw new NetworkError("corrupt", "model.description", { path }, { cause: error });
  }
}

/** Where Keras 3 keeps the layers of a model, and where Keras 2 did in its first `.keras` files. */
const CONTAINERS = ["layers", "_layer_checkpoint_dependencies"];

/** The variables of a Keras 3 weight file by the path of their layer, as `layers/conv2d_1`. */
function variablesOf(
  root: Group,
  fileBytes: number,
  path = "",
  found = new Map<string, Named[]>(),
): Map<string, Named[]> {
  const keys = root.keys();
  const vars = keys.includes("vars") ? root.get("vars") : undefined;
  if (vars instanceof Group && vars.keys().length > 0) {
    const places = vars.keys().sort((a, b) => Number(a) - Number(b));
    found.set(
      path,
      places.map((place) => readWeight(vars, place, fileBytes)),
    );
  }
  for (const container of CONTAINERS) {
    const layers = keys.includes(container) ? root.get(container) : undefined;
    if (!(layers instanceof Group)) continue;
    for (const name of layers.keys()) {
      const layer = layers.get(name);
      if (layer instanceof Group) variablesOf(layer, fileBytes, `${path}${path && "/"}${name}`, found);
    }
  }
  return found;
}

/**
 * Weights by place. Groups are called as the layers are, or, where Keras makes up the names, after their kinds:
 * conv2d, conv2d_1, ...
 */
function variableStore(variables: ReadonlyMap<string, readonly Named[]>, layers: readonly KerasLayer[]): WeightStore {
  const byName = new Set(layers.map((l) => l.stored?.name));
  const named = [...variables.keys()].every((path) => byName.has(path));
  const paths = new Map(layers.map((l) => [l.name, named ? l.stored?.name : l.stored?.kind]));
  const all = [...variables.values()].flat();
  return {
    bytes: all.reduce((sum, { shape }) => sum + elements(shape) * 4, 0),
    find: (layer, _, place) => variables.get(paths.get(layer) ?? layer)?.[place],
  };
}

/** What an archive says of its model. */
interface Description {
  readonly config: string;
  /** Of the Keras that wrote it. */
  readonly version: unknown;
}

/** The layers and weights of a Keras 3 weight file. @param said its model's description, where that is known */
function readVariables(file: File, path: string, fileBytes: number, said?: Description): LayerGraph {
  const variables = variablesOf(file, fileBytes);
  if (variables.size === 0) throw new NetworkError("corrupt", "model.no-keras", { path });
  const layers = said ? describedLayers(said.config, path) : architectureOf(new Set(variables.keys()));
  if (!layers) throw new NetworkError("unsupported", "model.weights-only", { path });
  return kerasGraph(layers, variableStore(variables, layers), said?.version);
}

const Metadata = z.object({ keras_version: z.unknown() });

/** Which Keras an archive's metadata names; it is not needed to read the rest. */
function versionIn(metadata: Buffer | undefined): unknown {
  try {
    return Metadata.parse(JSON.parse(metadata?.toString("utf8") ?? "{}")).keras_version;
  } catch {
    return undefined;
  }
}

/** A `.keras` file: an archive of a description and an HDF5 file of weights, which is unpacked to be read. */
async function readArchive(path: string): Promise<LayerGraph> {
  const [description, weights, about] = ["config.json", "model.weights.h5", "metadata.json"];
  const files = await readZip(path, [description, weights, about]);
  const [config, bytes] = [files.get(description), files.get(weights)];
  if (!config) throw new NetworkError("corrupt", "model.no-keras", { path });
  if (!bytes) throw new NetworkError("corrupt", "weights.missing", { file: weights, model: path });
  const folder = await mkdtemp(join(tmpdir(), "dreamloom-keras-"));
  try {
    const unpacked = join(folder, weights);
    await writeFile(unpacked, bytes);
    const said = { config: config.toString("utf8"), version: versionIn(files.get(about)) };
    return await withH5(unpacked, (file) => readVariables(file, path, bytes.length, said));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * @param path of an .h5, .hdf5 or .keras file; what it is, its bytes tell
 * @throws NetworkError "corrupt" or "unsupported"
 */
export async function readKeras(path: string): Promise<LayerGraph> {
  if (await isZip(path)) return readArchive(path);
  const { size } = await stat(path);
  return withH5(path, (file) => {
    if (CONTAINERS.some((name) => file.keys().includes(name))) return readVariables(file, path, size);
    const within = file.get("model_weights");
    const root = within instanceof Group ? within : file;
    const names = nameList(root, "layer_names");
    if (names.length === 0) throw new NetworkError("corrupt", "model.no-keras", { path });
    const config = attribute(file, "model_config");
    const layers = typeof config === "string" ? describedLayers(config, path) : architectureOf(new Set(names));
    if (!layers) throw new NetworkError("unsupported", "model.weights-only", { path });
    return kerasGraph(layers, weightStore(root, names, size), attribute(file, "keras_version"));
  });
}
