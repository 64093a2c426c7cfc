/** Dreamloom as a library: the engine without chats. */
import { readFile } from "node:fs/promises";
import { memoryForMaps } from "./app/machine-memory.js";
import { loadConfig } from "./app/settings/load-settings.js";
import type { Network } from "./engine/networks/network.js";
import { type EngineSettings, openEngine } from "./engine/open.js";
import type { EngineFrame, EngineResult } from "./engine/process/engine.js";
import type { Programs } from "./engine/programs.js";
import { runJob } from "./engine/run-job.js";

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
