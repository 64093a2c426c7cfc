/** Networks in folders and files of one's own. */
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { z } from "zod";
import { statedPreprocessing } from "./import/find-preprocessing.js";
import type { LayerGraph } from "./import/layer-graph.js";
import { readOnnx } from "./import/onnx.js";
import { CAFFE, type Preprocessing, TORCH } from "./import/preprocessing.js";
import { readTfjs } from "./import/tfjs.js";
import { NetworkError } from "./network.js";
import { type NetworkNotes, readNotes } from "./presets.js";

interface Format {
  readonly read: (path: string) => Promise<LayerGraph>;
  /**
   * What files of this kind usually want, when nothing says otherwise: ImageNet networks of Keras, and of torchvision
   * or the ONNX zoo.
   */
  readonly preprocessing: Preprocessing;
}

/** Its reader of HDF5 takes 40 MB, which a process that never meets such a file need not hold. */
const readKeras = async (path: string): Promise<LayerGraph> => (await import("./import/keras-h5.js")).readKeras(path);

const FORMATS: Readonly<Record<string, Format>> = {
  ".json": { read: readTfjs, preprocessing: CAFFE },
  ".h5": { read: readKeras, preprocessing: CAFFE },
  ".hdf5": { read: readKeras, preprocessing: CAFFE },
  ".keras": { read: readKeras, preprocessing: CAFFE },
  ".onnx": { read: readOnnx, preprocessing: TORCH },
};

/** The format of a model file, by its ending. */
export function formatOf(path: string): Format {
  const format = FORMATS[extname(path).toLowerCase()];
  if (format) return format;
  throw new NetworkError("unsupported", "network.not-a-model", { path });
}

const isModel = (name: string): boolean =>
  name === "model.json" || (extname(name).toLowerCase() in FORMATS && extname(name) !== ".json");

/**
 * The model file that a path means: itself, or the only one in a folder.
 * @param inside where the folder's model lies, if that is known
 * @returns undefined if there is nothing at that path
 * @throws NetworkError for a folder without a model, or with several
 */
export async function findModel(path: string, inside?: string): Promise<string | undefined> {
  const kind = await stat(path).catch(() => undefined);
  if (!kind) return undefined;
  if (!kind.isDirectory()) return path;
  if (inside !== undefined && (await stat(join(path, inside)).catch(() => undefined))?.isFile())
    return join(path, inside);
  const models = (await readdir(path)).filter(isModel).sort();
  const [only] = models;
  if (only === undefined) throw new NetworkError("unknown", "network.none-in-folder", { path });
  if (models.length > 1) throw new NetworkError("unknown", "network.several", { path, models: models.join(", ") });
  return join(path, only);
}

/**
 * The `dreamloom.yaml` beside a model, or nothing.
 * @throws NetworkError naming what is wrong in it
 */
export async function notesBeside(modelPath: string): Promise<NetworkNotes | undefined> {
  const file = join(dirname(modelPath), "dreamloom.yaml");
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return readNotes(text);
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new NetworkError("corrupt", "network.notes", { file, problem: why.replace(/\s+/g, " ") }, { cause: error });
  }
}

/** A JSON file's value, or nothing where it cannot be read. */
async function jsonIn(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch {
    return undefined;
  }
}

const TimmConfig = z.object({ pretrained_cfg: z.unknown() });

/** What Hugging Face's and timm's files beside a model say of its preprocessing. */
export async function preprocessingBeside(modelPath: string): Promise<Preprocessing | undefined> {
  const folder = dirname(modelPath);
  const stated = statedPreprocessing(await jsonIn(join(folder, "preprocessor_config.json")));
  const timm = TimmConfig.safeParse(await jsonIn(join(folder, "config.json"))).data;
  return stated ?? statedPreprocessing(timm?.pretrained_cfg);
}

/**
 * Names that a model's path suggests, to find it in the catalogue: the file's without its ending, the file's, the
 * folder's.
 */
export function suggestedNames(modelPath: string): string[] {
  const file = basename(modelPath);
  return [file.slice(0, file.length - extname(file).length), file, basename(dirname(modelPath))];
}
