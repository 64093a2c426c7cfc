/** Bringing a network of one's own into the models folder: checked, copied whole or not at all. */
import { copyFile, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, extname, isAbsolute, join, normalize, sep } from "node:path";
import { stringify } from "yaml";
import { decodeModel } from "../onnx-schema.js";
import { entryFor, loadNetwork } from "./catalogue.js";
import { catalogue } from "./catalogue-file.js";
import { findModel, formatOf, notesBeside } from "./local.js";
import { type Network, NetworkError } from "./network.js";
import type { NetworkNotes } from "./presets.js";

interface AddOptions {
  /** A folder with one model in it, or a model file. */
  readonly path: string;
  /** What it will be called; its file's or folder's name when left out. */
  readonly id?: string | undefined;
  readonly modelsDir: string;
  /** Written to its `dreamloom.yaml`, over what lies beside the model already. */
  readonly notes?: NetworkNotes;
  /** Uses the network for a moment; what it throws keeps the network from being added. */
  readonly tryOut: (network: Network) => Promise<void>;
}

interface Added {
  readonly id: string;
  readonly path: string;
  readonly network: Network;
}

const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** An id from a model's path. */
function suggestedId(modelPath: string): string {
  const file = basename(modelPath);
  const name = file === "model.json" ? basename(dirname(modelPath)) : file.slice(0, file.length - extname(file).length);
  return name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[._-]+|-+$/g, "")
    .slice(0, 64);
}

/**
 * The files that a model needs beside itself, relative to its folder: a tfjs model's shards, an ONNX model's external
 * data.
 */
async function companions(modelPath: string): Promise<string[]> {
  const ending = extname(modelPath).toLowerCase();
  const named = new Set<string>();
  if (ending === ".json") {
    const { weightsManifest = [] } = JSON.parse(await readFile(modelPath, "utf8")) as {
      weightsManifest?: { paths: string[] }[];
    };
    for (const group of weightsManifest) for (const path of group.paths) named.add(normalize(path));
  } else if (ending === ".onnx") {
    for (const tensor of decodeModel(await readFile(modelPath)).graph?.initializer ?? []) {
      const location = tensor.externalData?.find((e) => e.key === "location")?.value;
      if (location) named.add(normalize(location));
    }
  }
  // The readers refuse such paths too; nothing outside the folder is ever copied.
  return [...named].filter((path) => !isAbsolute(path) && path !== ".." && !path.startsWith(`..${sep}`));
}

/** What the catalogue, or a file beside a model, knows of it: under another id, or copied, it would be forgotten. */
function knownNotes(model: string, { presets, preprocessing: found }: Network): NetworkNotes {
  const known = entryFor(model);
  if (!known) return found?.from === "metadata" ? { preprocessing: found.preprocessing } : {};
  const { title, licence, credit, preprocessing } = known;
  return { title, licence, credit, preprocessing, ...(presets && { dream: presets.dream, style: presets.style }) };
}

/** The id to use. @throws NetworkError when it cannot be one, or is taken */
async function freeId(wanted: string, modelsDir: string): Promise<string> {
  if (!NAME.test(wanted)) throw new NetworkError("unknown", "network.id-invalid", { id: wanted });
  if (Object.hasOwn(catalogue(), wanted)) throw new NetworkError("unknown", "network.id-catalogue", { id: wanted });
  if (await stat(join(modelsDir, wanted)).catch(() => undefined))
    throw new NetworkError("unknown", "network.id-taken", { id: wanted, folder: modelsDir });
  return wanted;
}

/**
 * Copies a model with all it needs into `modelsDir/<id>/`, after checking that it loads and dreams.
 * @throws NetworkError that says what is wrong with the model or the id
 */
export async function addNetwork({ path, id, modelsDir, notes = {}, tryOut }: AddOptions): Promise<Added> {
  const model = await findModel(path);
  if (model === undefined) throw new NetworkError("unknown", "network.no-path", { path });
  formatOf(model);
  const name = await freeId(id ?? suggestedId(model), modelsDir);
  // First read in place, so that errors name its own path.
  const first = await loadNetwork(model, { modelsDir, modelsPath: [] });
  const staging = join(modelsDir, `.adding-${name}-${process.pid}`);
  try {
    for (const file of [basename(model), ...(await companions(model))]) {
      await mkdir(dirname(join(staging, file)), { recursive: true });
      await copyFile(join(dirname(model), file), join(staging, file));
    }
    const merged = { ...knownNotes(model, first), ...(await notesBeside(model)), ...notes };
    if (Object.keys(merged).length > 0) await writeFile(join(staging, "dreamloom.yaml"), stringify(merged));
    const copied = await loadNetwork(join(staging, basename(model)), { modelsDir, modelsPath: [] });
    // Where it was known from before it was written down, unless it is given now.
    const { preprocessing } = notes.preprocessing ? copied : first;
    const network: Network = { ...copied, id: name, ...(preprocessing && { preprocessing }) };
    await tryOut(network);
    await rename(staging, join(modelsDir, name));
    return { id: name, path: join(modelsDir, name, basename(model)), network };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
