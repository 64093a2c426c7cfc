/** The trained layers of a models folder. */
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sentence } from "../../shared/sentences/sentence.js";
import { NetworkError } from "../networks/network.js";
import {
  encodeTrainedLayer,
  readTrainedLayer,
  TRAINED_ENDING,
  TRAINED_FOLDER,
  type TrainedLayer,
} from "./trained-layer.js";

/** Where a trained layer of that name is kept. */
export function trainedLayerPath(modelsDir: string, name: string): string {
  return join(modelsDir, TRAINED_FOLDER, `${name}${TRAINED_ENDING}`);
}

/** Writes a trained layer under its name: all of it, or nothing. */
export async function saveTrainedLayer(modelsDir: string, layer: TrainedLayer): Promise<string> {
  const path = trainedLayerPath(modelsDir, layer.name);
  await mkdir(join(modelsDir, TRAINED_FOLDER), { recursive: true });
  const fresh = `${path}.${process.pid}.new`;
  try {
    await writeFile(fresh, encodeTrainedLayer(layer));
    await rename(fresh, path);
  } finally {
    await rm(fresh, { force: true });
  }
  return path;
}

/** A trained layer, or why its file cannot be used. */
type Kept = { readonly name: string } & ({ readonly layer: TrainedLayer } | { readonly problem: string });

/** All trained layers of a folder, with an edition that changes when any of them does. */
export interface TrainedLayers {
  readonly edition: string;
  readonly kept: readonly Kept[];
}

const NOTHING: TrainedLayers = { edition: "", kept: [] };

/** Reads the trained layers of a models folder. Unreadable ones are in it with why. */
export async function readTrainedLayers(modelsDir: string, before: TrainedLayers = NOTHING): Promise<TrainedLayers> {
  const folder = join(modelsDir, TRAINED_FOLDER);
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(TRAINED_ENDING)).sort();
  if (names.length === 0) return NOTHING;
  const stamps = await Promise.all(
    names.map(async (name) => {
      const found = await stat(join(folder, name)).catch(() => undefined);
      return `${name}@${found?.mtimeMs ?? 0}+${found?.size ?? 0}`;
    }),
  );
  const edition = stamps.join();
  if (edition === before.edition) return before;
  return { edition, kept: await Promise.all(names.map((file) => keptIn(folder, file))) };
}

async function keptIn(folder: string, file: string): Promise<Kept> {
  const name = file.slice(0, file.length - TRAINED_ENDING.length);
  try {
    // The file's name counts: it may have been renamed, or copied from another community.
    return { name, layer: { ...(await readTrainedLayer(join(folder, file))), name } };
  } catch (error) {
    if (error instanceof NetworkError) return { name, problem: error.message.replace(/\.$/, "") };
    return { name, problem: sentence("unusable.unreadable", { file }) };
  }
}
