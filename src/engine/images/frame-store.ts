/** Frames of a film on disk, so that a long film takes no memory while it is made. */
import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toInterleaved } from "./codec.js";
import { CHANNELS, type Raster } from "./raster.js";

/** Raw RGB frames one after the other in a file of their own, which goes with {@link FrameStore.dispose}. */
export class FrameStore {
  #count = 0;

  private constructor(
    readonly width: number,
    readonly height: number,
    readonly folder: string,
    private readonly file: FileHandle,
  ) {}

  /** @param width, height of every frame, in pixels */
  static async open(width: number, height: number): Promise<FrameStore> {
    const folder = await mkdtemp(join(tmpdir(), "dreamloom-film-"));
    return new FrameStore(width, height, folder, await open(join(folder, "frames.rgb"), "w+"));
  }

  get path(): string {
    return join(this.folder, "frames.rgb");
  }

  get count(): number {
    return this.#count;
  }

  get #frameBytes(): number {
    return this.width * this.height * CHANNELS;
  }

  async append(frame: Raster): Promise<void> {
    if (frame.width !== this.width || frame.height !== this.height)
      throw new RangeError(`a frame of ${frame.width} x ${frame.height} in a film of ${this.width} x ${this.height}`);
    await this.appendBytes(toInterleaved(frame));
  }

  async appendBytes(bytes: Uint8Array): Promise<void> {
    await this.file.write(bytes, 0, bytes.length, this.#count * this.#frameBytes);
    this.#count++;
  }

  /** Interleaved RGB bytes of a frame, counted from 0. */
  async read(index: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(this.#frameBytes);
    await this.file.read(buffer, 0, buffer.length, index * this.#frameBytes);
    return buffer;
  }

  async dispose(): Promise<void> {
    await this.file.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
