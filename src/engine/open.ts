/**
 * Opens an engine inside this process: networks, runtime, compiled programs. The worker process and the command line
 * use it.
 */
import { LRUCache } from "lru-cache";
import { defined } from "../shared/defined.js";
import { findNetwork, loadNetwork } from "./networks/catalogue.js";
import type { Progress } from "./networks/download/transfer.js";
import type { Network } from "./networks/network.js";
import { Programs } from "./programs.js";
import { chosenRuntime, type RuntimeChoice } from "./runtimes/choose.js";
import { bringOnnx } from "./runtimes/onnx/fetch.js";
import type { Runtime } from "./runtimes/runtime.js";
import { tfjsNativePart } from "./runtimes/tfjs/load.js";
import { trainedLayersOf } from "./training/with-trained-layers.js";

/** What an engine needs to know; plain data, so that it can be handed to its process. */
export interface EngineSettings {
  /** Where downloaded networks are kept. */
  readonly modelsDir: string;
  /** Folders searched first for `<id>/`. */
  readonly modelsPath: readonly string[];
  /** Threads inside an operation on the CPU; the number of cores when left out. */
  readonly threads?: number;
  /** What computes; onnxruntime's CPU when left out. */
  readonly runtime?: RuntimeChoice;
  /** Bytes of compiled programs kept for reuse. */
  readonly programBytes?: number;
  /** Budget for the feature maps of a step; larger images are worked on in tiles. Unlimited when left out. */
  readonly memoryBytes?: number;
}

const PROGRAM_BYTES = 1.5e9;
const KEPT_NETWORKS = 4;

export interface OpenEngine {
  readonly programs: Programs;
  readonly threads?: number;
  readonly memoryBytes?: number;
  network(id: string, onProgress?: (progress: Progress) => void): Promise<Network>;
  /**
   * Brings what computes, where npm has not installed it. Whatever computes would wait for it without a word.
   * @throws DeviceError
   */
  prepare(onProgress?: (progress: Progress) => void): Promise<void>;
  /** Whether a network is on this machine. */
  installed(id: string): Promise<boolean>;
  /** Frees the device; downloads end, and leave no lock to those that come next. */
  close(): Promise<void>;
}

export function openEngine(settings: EngineSettings, runtime?: Runtime): OpenEngine {
  const { modelsDir, modelsPath, threads, programBytes = PROGRAM_BYTES } = settings;
  const choice = settings.runtime ?? "cpu";
  const closing = new AbortController();
  const { signal } = closing;
  let isPrepared = false;
  const downloads = new Set<Promise<unknown>>();
  const following = <T>(download: Promise<T>): Promise<T> => {
    const settled = download.catch(() => undefined).then(() => void downloads.delete(settled));
    downloads.add(settled);
    return download;
  };
  const prepare = async (onProgress?: (progress: Progress) => void): Promise<void> => {
    if (isPrepared) return;
    // Plain JavaScript needs none; a card is held against onnxruntime's CPU first.
    if (choice !== "tfjs" || tfjsNativePart() !== undefined)
      await following(bringOnnx({ modelsDir, onProgress, signal }));
    isPrepared = true;
  };
  const device = runtime ?? chosenRuntime(choice, { prepare, ...(threads !== undefined && { threads }) });
  const programs = new Programs(device, { maxBytes: programBytes });
  const networks = new LRUCache<string, Promise<Network>>({ max: KEPT_NETWORKS });
  const bringTrainedLayers = trainedLayersOf(modelsDir);
  return {
    programs,
    ...(threads !== undefined && { threads }),
    ...(settings.memoryBytes !== undefined && { memoryBytes: settings.memoryBytes }),
    network(id, onProgress) {
      const known = networks.get(id);
      const network =
        known ??
        following(loadNetwork(id, { modelsDir, modelsPath: [...modelsPath], signal, ...defined({ onProgress }) }));
      networks.set(id, network);
      // A failure is not kept: the next job tries again.
      network.catch(() => networks.peek(id) === network && networks.delete(id));
      return network.then(bringTrainedLayers);
    },
    prepare,
    installed: async (id) => (await findNetwork(id, settings).catch(() => undefined)) !== undefined,
    async close() {
      closing.abort(new Error("the engine is closed"));
      await Promise.all(downloads);
      await programs.dispose();
    },
  };
}
