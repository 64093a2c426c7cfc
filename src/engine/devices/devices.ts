/** Every device that may run tensor programs, how it is opened, and what is plainly missing for it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { sentence } from "../../shared/sentences/sentence.js";
import { onnxRuntime } from "../runtimes/onnx/onnx.js";
import { BINARIES, onnxFolder } from "../runtimes/onnx/package.js";
import type { Runtime } from "../runtimes/runtime.js";
import { loadTfjsCpu, loadTfjsNode, tfjsNativePart } from "../runtimes/tfjs/load.js";
import { tfjsRuntime } from "../runtimes/tfjs/tfjs.js";
import { vulkanDrivers, vulkanProblem } from "./vulkan.js";

/** Devices by the names of their runtimes, the most wanted first. */
export const DEVICES = ["onnx-cuda", "onnx-webgpu", "tfjs-node-gpu", "onnx-cpu", "tfjs-cpu"] as const;
export type DeviceName = (typeof DEVICES)[number];

/** Why a device cannot be used, and what would help; each one line. */
export interface Obstacle {
  readonly why: string;
  readonly mend: string;
}

export interface DeviceOptions {
  /** Threads inside an operation on the CPU; the number of cores when left out. */
  readonly threads?: number;
}

/** Opens a device in this process. Native code that does not fit the machine may end the process: see probe.ts. */
export async function openDevice(name: DeviceName, options: DeviceOptions = {}): Promise<Runtime> {
  switch (name) {
    case "onnx-cpu":
      return onnxRuntime({ device: "cpu", ...options });
    case "onnx-cuda":
      return onnxRuntime({ device: "cuda", ...options });
    case "onnx-webgpu":
      return onnxRuntime({ device: "webgpu", ...options });
    case "tfjs-node-gpu":
    case "tfjs-cpu": {
      const loaded = await (name === "tfjs-cpu" ? loadTfjsCpu() : loadTfjsNode());
      return tfjsRuntime(loaded.tf, loaded.name);
    }
  }
}

/** The mend for a device that is there but does not do what it should. */
export function mendOf(name: DeviceName): string {
  return sentence(name === "onnx-cpu" || name === "tfjs-cpu" ? "device.mend.cpu" : `device.mend.${name}`);
}

function cudaProvider(): boolean {
  const folder = onnxFolder();
  if (folder === undefined) return false;
  return ["libonnxruntime_providers_cuda.so", "onnxruntime_providers_cuda.dll"].some((file) =>
    existsSync(join(folder, BINARIES, file)),
  );
}

/** Whether something is missing for a device, as far as that shows without loading anything. */
const MISSING = {
  "onnx-cuda": () => !cudaProvider(),
  "onnx-webgpu": () => process.platform === "linux" && vulkanDrivers().length === 0,
  "tfjs-node-gpu": () => !tfjsNativePart(),
};

/** What is plainly missing for a device; undefined where it must be tried. */
export function obstacle(name: DeviceName): Obstacle | undefined {
  if (name === "onnx-cpu" || name === "tfjs-cpu" || !MISSING[name]()) return undefined;
  return { why: sentence(`device.missing.${name}`), mend: mendOf(name) };
}

/** Whether a device is known to be slower than the CPU without trying. */
export function isSoftware(name: DeviceName): boolean {
  return (
    name === "tfjs-cpu" || (name === "onnx-webgpu" && process.platform === "linux" && vulkanProblem() === "software")
  );
}
