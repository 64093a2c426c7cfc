/** Fetches onnxruntime-node from the npm registry, where npm has not installed it. */
import { cp, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { withLock } from "../../networks/download/lock.js";
import { fetchPackage } from "../../networks/download/npm.js";
import { type Progress, TransferFailure } from "../../networks/download/transfer.js";
import { DeviceError } from "../runtime.js";
import { BINARIES, onnxFolder, PACKAGE, useFetched, withoutBuild } from "./package.js";

/** What the download is called among those of networks. */
export const ONNXRUNTIME = "onnxruntime";

/** Of one platform: machines of several may share a models folder. */
const PLATFORM = `${process.platform}-${process.arch}`;

interface FetchOptions {
  /** Where downloaded networks are kept; what is fetched goes there, too. */
  readonly modelsDir: string;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** npm registry; npm's own setting when left out. */
  readonly registry?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sees to it that onnxruntime can be loaded in this process: fetches it, with this platform's files only, unless it is
 * on this machine. Several processes may ask at once: one fetches, the others wait.
 * @throws DeviceError where it cannot be fetched, or there is none for this machine
 */
export async function bringOnnx({ modelsDir, onProgress, registry, signal }: FetchOptions): Promise<void> {
  const obstacle = withoutBuild();
  if (obstacle) throw obstacle;
  if (onnxFolder() !== undefined) return;
  const runtimes = join(modelsDir, ".runtimes");
  const name = `${PACKAGE.npm}-${PLATFORM}`;
  const folder = join(runtimes, name);
  const work = join(modelsDir, ".downloads");
  const report = onProgress && ((received: number) => onProgress({ id: ONNXRUNTIME, received, total: PACKAGE.size }));
  const fetchAll = async (): Promise<void> => {
    if (await isThere(folder)) return;
    const fresh = join(work, `${ONNXRUNTIME}.new`);
    await rm(fresh, { recursive: true, force: true });
    await fetchPackage(PACKAGE, fresh, join(work, `${ONNXRUNTIME}.scratch`), { onProgress: report, registry, signal });
    await trim(fresh);
    await mkdir(runtimes, { recursive: true });
    await rm(folder, { recursive: true, force: true });
    await rename(fresh, folder);
    await forgetOthers(runtimes, name);
  };
  try {
    if (!(await isThere(folder))) await withLock(join(work, `${ONNXRUNTIME}.lock`), fetchAll, signal);
  } catch (error) {
    signal?.throwIfAborted();
    const why = error instanceof TransferFailure ? error.message : unwritable(error, modelsDir);
    throw new DeviceError("onnx.not-fetched", { why, folder }, { cause: error });
  }
  useFetched(folder);
}

async function isThere(folder: string): Promise<boolean> {
  const file = await stat(join(folder, BINARIES, "onnxruntime_binding.node")).catch(() => undefined);
  return file?.isFile() === true;
}

function unwritable(error: unknown, modelsDir: string): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return `${modelsDir}: ${code}`;
}

/** Leaves this platform's files only (48 MB of 288 on Linux), and puts what the package needs beside them. */
async function trim(folder: string): Promise<void> {
  const all = join(folder, dirname(dirname(BINARIES)));
  for (const platform of await readdir(all)) {
    for (const arch of await readdir(join(all, platform))) {
      if (`${platform}-${arch}` !== PLATFORM) await rm(join(all, platform, arch), { recursive: true });
    }
  }
  // dist/cjs/index.js
  const common = dirname(dirname(dirname(createRequire(import.meta.url).resolve("onnxruntime-common"))));
  await cp(common, join(folder, "node_modules", "onnxruntime-common"), { recursive: true, dereference: true });
}

/** Removes the copies of other versions. */
async function forgetOthers(runtimes: string, name: string): Promise<void> {
  for (const other of await readdir(runtimes)) {
    if (other !== name && other.endsWith(`-${PLATFORM}`)) await rm(join(runtimes, other), { recursive: true });
  }
}
