/**
 * Dreamloom as a library: the engine without chats, and what its recipes are made of. docs/engine.md has an example of
 * each name.
 */
import { readFile } from "node:fs/promises";
import { memoryForMaps } from "./app/machine-memory.js";
import { loadConfig } from "./app/settings/load-settings.js";
import type { Network } from "./engine/networks/network.js";
import { type EngineSettings, openEngine } from "./engine/open.js";
import type { EngineFrame, EngineResult } from "./engine/process/engine.js";
import type { Programs } from "./engine/programs.js";
import { runJob } from "./engine/run-job.js";

/** The loss of an objective at an image with its gradient; things computed at an image, such as features. */
export { evaluate, observe } from "./engine/evaluate.js";
/** The operations that objectives are built of: `ops.mul(a, b)`. */
export * as ops from "./engine/graph/ops.js";
/** Encoded images in and out. */
export { decode, encode } from "./engine/images/codec.js";
/** An image as RGB planes of 0..255, and what is done to its numbers between steps. */
export { clampRaster, meanAbsolute, type Raster } from "./engine/images/raster.js";
/** Why a network or a layer cannot be used. */
export { type Network, NetworkError } from "./engine/networks/network.js";
/** Objectives: losses to minimise, which `sum` weighs against one another. */
export { channels } from "./engine/objectives/channels.js";
export { content } from "./engine/objectives/content.js";
export { dream } from "./engine/objectives/dream.js";
export { gramLoss, gramOutputs } from "./engine/objectives/gram.js";
export { guide, placesOf } from "./engine/objectives/guide.js";
export { number, type Objective, sum } from "./engine/objectives/objective.js";
export { totalVariation } from "./engine/objectives/total-variation.js";
/** Optimisers: they move an image's numbers against a gradient. */
export { Adam } from "./engine/optimize/adam.js";
export { Lbfgs } from "./engine/optimize/lbfgs.js";
/** Why a run failed, in a sentence for the person who asked. */
export { EngineError } from "./engine/process/engine.js";
export type { EngineFrame, EngineResult, EngineSettings };

/** A picture as a path or as encoded bytes (JPEG, PNG, WebP, GIF, AVIF, TIFF). */
export type PictureSource = string | Uint8Array;

export interface RecipeRequest {
  /** dream, stylize, blend, texture, neuron, grid, zoom: see docs/engine.md. */
  readonly recipe: string;
  /** The recipe's parameters; what is left out has a default. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** Pictures by role, for instance `{ image: "photo.jpg", style: "painting.jpg" }`. */
  readonly pictures?: Readonly<Record<string, PictureSource>>;
  /** Sees each frame as it is made. */
  readonly onFrame?: (frame: EngineFrame) => void;
  readonly signal?: AbortSignal;
}

/** An engine in this process. */
export interface DreamEngine {
  /**
   * The device's name, for instance "onnx-cpu"; until the first program has run, what was asked for, for instance
   * "auto".
   */
  readonly runtime: string;
  /** For work below the recipes: what `evaluate` and `observe` run on (engine/evaluate). */
  readonly programs: Programs;
  /** Loads a network by its id or path. @throws NetworkError */
  network(id: string): Promise<Network>;
  /**
   * Runs a recipe to its end.
   * @throws EngineError with a sentence that says what would do; the signal's reason when aborted
   */
  run(request: RecipeRequest): Promise<EngineResult>;
  /** Frees the device. */
  close(): Promise<void>;
}

/**
 * Opens an engine. Settings left out come from `config/default.yaml` and the environment (MODELS_DIR, MODELS_PATH,
 * ...).
 * @example
 * const engine = await createEngine();
 * const { picture } = await engine.run({ recipe: "dream", pictures: { image: "photo.jpg" } });
 * await writeFile("dream.png", picture);
 * await engine.close();
 */
export async function createEngine(settings: Partial<EngineSettings> = {}): Promise<DreamEngine> {
  const config = loadConfig();
  const { models, engine: defaults } = config;
  const engine = openEngine({
    modelsDir: models.dir,
    modelsPath: models.path,
    runtime: defaults.runtime,
    ...(defaults.threads > 0 && { threads: defaults.threads }),
    ...(defaults.memoryMegabytes > 0 && { memoryBytes: memoryForMaps(config) * 1e6 }),
    ...settings,
  });
  return {
    get runtime() {
      return engine.programs.runtime.name;
    },
    programs: engine.programs,
    network: (id) => engine.network(id),
    async run({
      recipe,
      params = {},
      pictures = {},
      onFrame = () => undefined,
      signal = new AbortController().signal,
    }) {
      const read: Record<string, Uint8Array> = {};
      for (const [role, source] of Object.entries(pictures))
        read[role] = typeof source === "string" ? await readFile(source) : source;
      return runJob({ recipe, params, pictures: read }, { ...engine, signal, onFrame });
    },
    close: () => engine.close(),
  };
}
