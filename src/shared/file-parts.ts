import { createReadStream } from "node:fs";

/** A stretch of a file, from its first byte up to, without, `to`; or bytes that are not in it. */
type FilePart = Uint8Array | { readonly from: number; readonly to: number };

/**
 * Bytes of which most are in a file on disk: that is read again, a little at a time, while they are sent, so that no
 * slow reader has the program hold them.
 */
export class FileParts {
  readonly #parts: readonly FilePart[];
  /** In bytes. */
  readonly size: number;

  /**
   * @param path of the file
   * @param bytes what it holds
   * @param parts what follows one another, views of `bytes` among them
   */
  constructor(
    private readonly path: string,
    bytes: Uint8Array,
    parts: readonly Uint8Array[] = [bytes],
  ) {
    this.#parts = parts.map((part) => stretchOf(bytes, part) ?? Uint8Array.from(part));
    this.size = parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** The bytes from `start` up to, without, `end`. Rejects where the file is not there any more. */
  async *read(start: number, end: number): AsyncGenerator<Uint8Array> {
    let at = 0;
    for (const part of this.#parts) {
      const length = lengthOf(part);
      const [from, to] = [Math.max(0, start - at), Math.min(length, end - at)];
      at += length;
      if (from >= to) continue;
      if (part instanceof Uint8Array) yield part.subarray(from, to);
      else yield* createReadStream(this.path, { start: part.from + from, end: part.from + to - 1 });
    }
  }
}

function lengthOf(part: FilePart): number {
  return part instanceof Uint8Array ? part.byteLength : part.to - part.from;
}

/** Where a part is in the bytes, if it is a view of them. */
function stretchOf(bytes: Uint8Array, part: Uint8Array): FilePart | undefined {
  const from = part.byteOffset - bytes.byteOffset;
  const to = from + part.byteLength;
  return part.buffer === bytes.buffer && from >= 0 && to <= bytes.byteLength ? { from, to } : undefined;
}
