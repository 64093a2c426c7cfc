/** Which networks there are to choose from: the catalogue's, and those in folders. */
import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { sentence } from "../../shared/sentences/sentence.js";
import { findNetwork, type LoadOptions } from "./catalogue.js";
import { catalogue } from "./catalogue-file.js";
import { findModel, notesBeside } from "./local.js";
import { NetworkError } from "./network.js";

export interface Listed {
  readonly id: string;
  readonly from: "catalogue" | "folder";
  readonly title: string;
  readonly licence?: string;
  /** The model file, where it is on this machine. */
  readonly path?: string;
  /** Bytes of its folder on this machine, or else of the download. */
  readonly bytes: number;
  /** Why it cannot be used, in one sentence. */
  readonly problem?: string;
}

type Where = Pick<LoadOptions, "modelsDir" | "modelsPath">;

/** Bytes of all files in a folder and its folders; links are not followed. */
export async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const sizes = entries.filter((e) => e.isFile()).map(async (e) => (await stat(join(e.parentPath, e.name))).size);
  return (await Promise.all(sizes)).reduce((a, b) => a + b, 0);
}

/** The folders in a folder by name, without hidden ones. */
async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((e) => !e.name.startsWith(".") && (e.isDirectory() || e.isSymbolicLink())).map((e) => e.name);
}

async function fromCatalogue(where: Where): Promise<Listed[]> {
  return Promise.all(
    Object.entries(catalogue()).map(async ([id, { title, licence, source }]) => {
      const base = { id, from: "catalogue" as const, title, licence, bytes: source.size };
      try {
        const path = await findNetwork(id, where);
        return path === undefined ? base : { ...base, path, bytes: await sizeOf(path, id) };
      } catch (error) {
        if (!(error instanceof NetworkError)) throw error;
        return { ...base, problem: error.message };
      }
    }),
  );
}

/** Of the folder called `id` around a model file, or of the file. */
async function sizeOf(path: string, id: string): Promise<number> {
  const parts = path.split(/[\\/]/);
  const at = parts.lastIndexOf(id, parts.length - 2);
  return at > 0 ? folderBytes(parts.slice(0, at + 1).join("/")) : (await stat(path)).size;
}

async function fromFolder(folder: string, id: string): Promise<Listed | undefined> {
  const base = { id, from: "folder" as const, title: sentence("network.from-folder"), bytes: 0 };
  try {
    const path = await findModel(join(folder, id));
    if (path === undefined) return undefined;
    const notes = await notesBeside(path);
    const { title = base.title, licence } = notes ?? {};
    return { ...base, title, ...(licence !== undefined && { licence }), path, bytes: await folderBytes(dirname(path)) };
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    // Any other folder may lie there too.
    return error.identifier === "network.none-in-folder" ? undefined : { ...base, problem: error.message };
  }
}

/**
 * The catalogue's networks, then those in the folders of `modelsPath` and `modelsDir`, by name. Of folders with one
 * name, the first counts, as in loading.
 */
export async function listNetworks(where: Where): Promise<Listed[]> {
  const listed = await fromCatalogue(where);
  const known = new Set(listed.map(({ id }) => id));
  for (const folder of [...where.modelsPath, where.modelsDir]) {
    for (const id of (await foldersIn(folder)).sort()) {
      if (known.has(id)) continue;
      const found = await fromFolder(folder, id);
      if (!found) continue;
      known.add(id);
      listed.push(found);
    }
  }
  return listed;
}
