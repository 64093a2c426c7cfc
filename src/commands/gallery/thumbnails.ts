import PQueue from "p-queue";
import { sharp } from "../../shared/sharp.js";
import type { Jobs } from "../../store/jobs.js";

interface ThumbnailOptions {
  /** Most bytes kept; 48 MiB unless told, about two thousand of 480 pixels. */
  readonly bytes?: number;
}

/** Pictures that wait to be made small; more are refused. */
const MOST_WAITING = 500;

/** Small JPEGs of jobs' results. The ones used last are kept in memory; each is made once, however many ask for it at a time. */
export class Thumbnails {
  readonly #kept = new Map<string, Uint8Array>();
  readonly #making = new Map<string, Promise<Uint8Array | undefined>>();
  readonly #queue = new PQueue({ concurrency: 2 });
  readonly #most: number;
  #bytes = 0;

  constructor(
    private readonly jobs: Pick<Jobs, "picture">,
    { bytes = 48 * 1024 * 1024 }: ThumbnailOptions = {},
  ) {
    this.#most = bytes;
  }

  /**
   * A still of a job's result, at most `side` pixels a side; of a film it is the middle. Whether the job is (still) to be seen is the caller's
   * to ask. Undefined when the picture is no longer kept.
   */
  async get(job: string, side: number): Promise<Uint8Array | undefined> {
    const key = `${job} ${side}`;
    const kept = this.#kept.get(key);
    if (kept) {
      // The map is in the order of use.
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return kept;
    }
    const known = this.#making.get(key);
    if (known) return known;
    if (this.#queue.size > MOST_WAITING) throw new Error("Too many thumbnails are waited for.");
    const making = this.#queue.add(() => this.#make(job, side)).finally(() => this.#making.delete(key));
    this.#making.set(key, making);
    const made = await making;
    if (made) this.#keep(key, made);
    return made;
  }

  async #make(job: string, side: number): Promise<Uint8Array | undefined> {
    const picture = await this.jobs.picture(job);
    if (!picture) return undefined;
    const { pages = 1 } = await sharp(picture.bytes).metadata();
    const small = sharp(picture.bytes, { page: Math.floor(pages / 2) })
      .resize(side, side, { fit: "inside", withoutEnlargement: true })
      .flatten({ background: "#fff" })
      .jpeg({ quality: 82, mozjpeg: true });
    return new Uint8Array(await small.toBuffer());
  }

  #keep(key: string, bytes: Uint8Array): void {
    if (this.#kept.has(key)) return;
    this.#kept.set(key, bytes);
    this.#bytes += bytes.byteLength;
    for (const [oldest, old] of this.#kept) {
      if (this.#bytes <= this.#most) break;
      this.#kept.delete(oldest);
      this.#bytes -= old.byteLength;
    }
  }
}
