/** Loads TensorFlow.js: with its native part for GPUs where that is installed, else in plain JavaScript. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { loadNative } from "../../../shared/native.js";
import { DeviceError } from "../runtime.js";
import type { Tf } from "./layout.js";

const require = createRequire(import.meta.url);

interface LoadedTfjs {
  readonly tf: Tf;
  readonly name: "tfjs-node-gpu" | "tfjs-cpu";
}

/** The folder of tfjs-node-gpu's native part, which npm does not bring; undefined where it is missing. */
export function tfjsNativePart(): string | undefined {
  try {
    const folder = join(dirname(require.resolve("@tensorflow/tfjs-node-gpu/package.json")), "lib");
    return existsSync(folder) ? folder : undefined;
  } catch {
    return undefined;
  }
}

/**
 * tfjs on a GPU. Loading native code can end the process where its libraries are broken: try it in a process of its own
 * first.
 * @throws DeviceError where its native part is missing, NativePartError where it does not load
 */
export async function loadTfjsNode(): Promise<LoadedTfjs> {
  // The package would say the same in five lines.
  if (!tfjsNativePart()) throw new DeviceError("device.missing.tfjs-node-gpu");
  const tf = loadNative<Tf>("@tensorflow/tfjs-node-gpu");
  tf.enableProdMode();
  await tf.ready();
  return { tf, name: "tfjs-node-gpu" };
}

/** tfjs in plain JavaScript: right, everywhere, and slow. */
export async function loadTfjsCpu(): Promise<LoadedTfjs> {
  const tf = (await import("@tensorflow/tfjs-core")) as Tf;
  // Without it, the backend greets everybody on the console and recommends another package.
  tf.enableProdMode();
  await import("@tensorflow/tfjs-backend-cpu");
  await tf.setBackend("cpu");
  await tf.ready();
  return { tf, name: "tfjs-cpu" };
}
