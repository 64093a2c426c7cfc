/** Every device that may run tensor programs, how it is opened, and what is plainly missing for it. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { onnxRuntime } from "../runtimes/onnx/onnx.js";
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
  switch (name) {
    case "onnx-cuda":
      return "Install NVIDIA's driver, CUDA 12 and cuDNN 9, then run: npm run install:cuda";
    case "onnx-webgpu":
      return "Install the graphics card's driver with Vulkan (Debian: mesa-vulkan-drivers, or NVIDIA's own) and libvulkan1.";
    case "tfjs-node-gpu":
      return "Install NVIDIA's driver, CUDA 11 and cuDNN 8, then run: npm run install:tfjs-gpu";
    case "onnx-cpu":
    case "tfjs-cpu":
      return "Run npm install again; Dreamloom needs Node 20.19 or later.";
  }
}

const require = createRequire(import.meta.url);

function cudaProvider(): boolean {
  const folder = join(
    dirname(require.resolve("onnxruntime-node/package.json")),
    "bin/napi-v6",
    process.platform,
    process.arch,
  );
  return ["libonnxruntime_providers_cuda.so", "onnxruntime_providers_cuda.dll"].some((file) =>
    existsSync(join(folder, file)),
  );
}

/** What is missing for a device, as far as that shows without loading anything; undefined where it must be tried. */
export function obstacle(name: DeviceName): Obstacle | undefined {
  const mend = mendOf(name);
  switch (name) {
    case "onnx-cuda":
      return cudaProvider() ? undefined : { why: "onnxruntime's CUDA provider is not installed.", mend };
    case "onnx-webgpu":
      if (process.platform === "linux" && vulkanDrivers().length === 0)
        return { why: "There is no Vulkan driver.", mend };
      return undefined;
    case "tfjs-node-gpu":
      return tfjsNativePart()
        ? undefined
        : { why: "The native part of @tensorflow/tfjs-node-gpu is not installed.", mend };
    default:
      return undefined;
  }
}

/** Whether a device is known to be slower than the CPU without trying. */
export function isSoftware(name: DeviceName): boolean {
  return (
    name === "tfjs-cpu" || (name === "onnx-webgpu" && process.platform === "linux" && vulkanProblem() === "software")
  );
}
