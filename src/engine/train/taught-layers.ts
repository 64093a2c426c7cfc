/** The taught layers of a models folder. */
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { NetworkError } from "../networks/network.js";
import { encodeTaught, readTaught, TAUGHT_ENDING, TAUGHT_FOLDER, type TaughtLayer } from "./taught-layer.js";

/** Where a taught layer of that name is kept. */
export function taughtPath(modelsDir: string, name: string): string {
  return join(modelsDir, TAUGHT_FOLDER, `${name}${TAUGHT_ENDING}`);
}

/** Writes a taught layer under its name: all of it, or nothing. */
export async function saveTaught(modelsDir: string, layer: TaughtLayer): Promise<string> {
  const path = taughtPath(modelsDir, layer.name);
  await mkdir(join(modelsDir, TAUGHT_FOLDER), { recursive: true });
  const fresh = `${path}.${process.pid}.new`;
  try {
    await writeFile(fresh, encodeTaught(layer));
    await rename(fresh, path);
  } finally {
    await rm(fresh, { force: true });
  }
  return path;
}

/** A taught layer, or why its file cannot be used. */
export type Kept = { readonly name: string } & ({ readonly layer: TaughtLayer } | { readonly problem: string });

/** All taught layers of a folder, with an edition that changes when any of them does. */
export interface TaughtLayers {
  readonly edition: string;
  readonly kept: readonly Kept[];
}

const NOTHING: TaughtLayers = { edition: "", kept: [] };

/** Reads the taught layers of a models folder. Unreadable ones are in it with why. */
export async function readTaughtLayers(modelsDir: string, before: TaughtLayers = NOTHING): Promise<TaughtLayers> {
  const folder = join(modelsDir, TAUGHT_FOLDER);
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(TAUGHT_ENDING)).sort();
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
  const name = file.slice(0, file.length - TAUGHT_ENDING.length);
  try {
    // The file's name counts: it may have been renamed, or copied from another community.
    return { name, layer: { ...(await readTaught(join(folder, file))), name } };
  } catch (error) {
    if (error instanceof NetworkError) return { name, problem: error.message.replace(/\.$/, "") };
    return { name, problem: `${file} cannot be read` };
  }
}
