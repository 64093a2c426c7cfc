import { writeSync } from "node:fs";
import { Writable } from "node:stream";

/** How long a reader that is slow is waited for before a line is dropped, in milliseconds, and between two tries. */
const PATIENCE_MS = 1_000;
const TRY_MS = 10;

/**
 * Writes lines to an open file, a pipe or a terminal at once. What it does not take is dropped, and the next line is
 * tried again: a full disk, or a reader that has gone, ends no program. A slow reader is waited for once, not at each
 * line: meanwhile the program does nothing else.
 */
export class LineOutput {
  /** The last line was cut off in the middle. */
  #cut = false;
  /** The last line was dropped, or cut off. */
  #full = false;

  constructor(private readonly fd: number) {}

  write(line: string): void {
    const bytes = Buffer.from(this.#cut ? `\n${line}` : line);
    let written = 0;
    try {
      while (written < bytes.length) written += this.#some(bytes.subarray(written));
      this.#cut = false;
      this.#full = false;
    } catch {
      this.#cut ||= written > 0;
      this.#full = true;
    }
  }

  /** The same as a stream. */
  asStream(): Writable {
    return new Writable({
      decodeStrings: false,
      write: (line: string | Buffer, _encoding, done) => {
        this.write(String(line));
        done();
      },
    });
  }

  #some(bytes: Uint8Array): number {
    const end = performance.now() + (this.#full ? 0 : PATIENCE_MS);
    for (;;) {
      try {
        return writeSync(this.fd, bytes);
      } catch (error) {
        const isBusy = error instanceof Error && "code" in error && error.code === "EAGAIN";
        if (!isBusy || performance.now() > end) throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, TRY_MS);
      }
    }
  }
}
