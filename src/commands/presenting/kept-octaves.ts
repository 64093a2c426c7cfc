import type { Logger } from "pino";
import type { Job } from "../../domain/model.js";
import type { EngineFrame } from "../../engine/process/engine.js";
import { MORPH_SIDE } from "../../engine/recipes/morph-options.js";
import type { JobQueue } from "../../queue/queue.js";
import { sharp } from "../../shared/native.js";
import type { Octaves } from "../../store/octaves.js";
import type { Recipe } from "../recipes/recipe.js";
import { canMorph } from "../recipes/variants.js";

interface KeptOctavesOptions {
  readonly queue: JobQueue;
  readonly recipes: ReadonlyMap<string, Recipe>;
  readonly store: Octaves;
  readonly logger: Logger;
}

/** Of more octaves none are kept. */
const MOST_OCTAVES = 16;

/**
 * Keeps the octaves that people have seen of a picture, as small as a morph shows them. What an earlier process has
 * shown of a job, or the filter has held back, is missing: then none of that job are kept.
 */
export class KeptOctaves {
  /** Of jobs that run: the newest frame of each octave. */
  readonly #seen = new Map<string, Map<number, Promise<Uint8Array>>>();
  readonly #keeping = new Map<string, Promise<void>>();

  constructor(private readonly options: KeptOctavesOptions) {
    const { queue } = options;
    queue.on("frame", (job, frame) => this.#see(job, frame));
    queue.on("done", ({ id }, { octaves }) => this.#keep(id, octaves.length));
    const forget = ({ id }: Job): void => void this.#seen.delete(id);
    queue.on("failed", forget);
    queue.on("cancelled", forget);
    queue.on("suspended", forget);
  }

  /** A finished job's octaves in their order; undefined when they are not kept. */
  async of(job: string): Promise<readonly Uint8Array[] | undefined> {
    await this.#keeping.get(job);
    return this.options.store.of(job);
  }

  #see({ id, recipe: name, params }: Job, { kind, octave, octaves, picture }: EngineFrame): void {
    const recipe = this.options.recipes.get(name);
    if (kind !== "octave" || octaves > MOST_OCTAVES || !recipe || !canMorph({ recipe, params })) return;
    const seen = this.#seen.get(id) ?? new Map<number, Promise<Uint8Array>>();
    const made = small(picture);
    // Who waits for it in the end is told.
    made.catch(() => undefined);
    this.#seen.set(id, seen.set(octave, made));
  }

  #keep(job: string, octaves: number): void {
    const seen = this.#seen.get(job);
    this.#seen.delete(job);
    const found = Array.from({ length: octaves }, (_, index) => seen?.get(index + 1)).flatMap((each) => each ?? []);
    if (octaves === 0 || found.length < octaves) return;
    const { logger, store } = this.options;
    const kept = Promise.all(found)
      .then((images) =>
        store.keep(
          job,
          images.map((bytes) => ({ bytes, type: "image/webp" })),
        ),
      )
      .catch((err: unknown) => logger.warn({ err, job }, "the octaves of a picture are not kept"))
      .finally(() => this.#keeping.delete(job));
    this.#keeping.set(job, kept);
  }
}

async function small(png: Uint8Array): Promise<Uint8Array> {
  const image = sharp(png).resize(MORPH_SIDE, MORPH_SIDE, { fit: "inside", withoutEnlargement: true });
  return new Uint8Array(await image.webp({ quality: 90 }).toBuffer());
}
