import { LRUCache } from "lru-cache";
import PQueue from "p-queue";
import { stillOf } from "../../shared/films/film-still.js";
import { sharp } from "../../shared/native.js";
import type { Jobs } from "../../store/jobs.js";
import { UserError } from "../user-error.js";

/** Images that wait to be made small; more are refused. */
const MAX_WAITING = 500;
/** Most bytes kept: about two thousand images of 480 pixels. */
const MAX_BYTES = 48 * 1024 * 1024;

/** Small JPEGs of jobs' results. The ones used last are kept in memory; each is made once for all who ask at a time. */
export class Thumbnails {
  readonly #queue = new PQueue({ concurrency: 2 });
  readonly #kept: LRUCache<string, Uint8Array, { readonly job: string; readonly side: number }>;

  constructor(
    private readonly jobs: Pick<Jobs, "result">,
    maxSize = MAX_BYTES,
  ) {
    this.#kept = new LRUCache({
      maxSize,
      sizeCalculation: ({ byteLength }) => byteLength,
      fetchMethod: async (_key, _stale, { context: { job, side } }) => {
        if (this.#queue.size > MAX_WAITING) throw new UserError("gallery.busy");
        return this.#queue.add(() => this.#make(job, side));
      },
    });
  }

  /**
   * A still of a job's result, at most `side` pixels a side; of a film it is the middle. Whether the job may be seen is
   * checked by the caller. Undefined when the image is no longer kept.
   *
   * @throws UserError where too many wait
   */
  async get(job: string, side: number): Promise<Uint8Array | undefined> {
    return this.#kept.fetch(`${job} ${side}`, { context: { job, side } });
  }

  async #make(job: string, side: number): Promise<Uint8Array | undefined> {
    const picture = await this.jobs.result(job);
    if (!picture) return undefined;
    const bytes = await stillOf(picture.bytes);
    const { pages = 1 } = await sharp(bytes).metadata();
    const small = sharp(bytes, { page: Math.floor(pages / 2) })
      .resize(side, side, { fit: "inside", withoutEnlargement: true })
      .flatten({ background: "#fff" })
      .jpeg({ quality: 82, mozjpeg: true });
    return new Uint8Array(await small.toBuffer());
  }
}
