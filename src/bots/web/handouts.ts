import { randomBytes } from "node:crypto";
import type { OutgoingFile } from "../../port/messages.js";

interface Handout extends OutgoingFile {
  readonly user: string;
  readonly until: number;
}

/** Files in memory at a time, and their bytes: four of the largest. */
const [MOST, MOST_BYTES] = [1_000, 80 * 1024 * 1024];
const KEPT_MS = 15 * 60_000;

/**
 * Files for one person each, to be fetched soon: they are nowhere but in memory, and a restart forgets them. A person
 * has one; where memory runs out the largest goes, so that no one drives others' out by asking again and again.
 */
export class Handouts {
  readonly #files = new Map<string, Handout>();

  constructor(
    private readonly now: () => number = () => performance.now(),
    private readonly mostBytes = MOST_BYTES,
  ) {}

  /** @returns the path, from the page, where that person finds it. */
  add(user: string, file: OutgoingFile): string {
    for (const [token, old] of this.#files) if (old.user === user || old.until <= this.now()) this.#files.delete(token);
    while (this.#files.size > 0 && this.#bytes + file.bytes.byteLength > this.mostBytes) this.#dropLargest();
    const token = randomBytes(16).toString("hex");
    this.#files.set(token, { ...file, user, until: this.now() + KEPT_MS });
    for (const old of [...this.#files.keys()].slice(0, -MOST)) this.#files.delete(old);
    return `files/${token}`;
  }

  get(token: string, user: string): OutgoingFile | undefined {
    const file = this.#files.get(token);
    if (file && file.until <= this.now()) this.#files.delete(token);
    return file && file.user === user && file.until > this.now() ? file : undefined;
  }

  get #bytes(): number {
    return [...this.#files.values()].reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
  }

  #dropLargest(): void {
    const [[token] = [""]] = [...this.#files].sort(([, a], [, b]) => b.bytes.byteLength - a.bytes.byteLength);
    this.#files.delete(token);
  }
}
