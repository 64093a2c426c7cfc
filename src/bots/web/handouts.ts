import { randomBytes } from "node:crypto";
import type { OutgoingFile } from "../../port/messages.js";

interface Handout extends OutgoingFile {
  readonly user: string;
  readonly until: number;
}

/** Files in memory at a time; each is as large as an upload at most. */
const MOST = 4;
const KEPT_MS = 15 * 60_000;

/** Files for one person each, to be fetched soon: they are nowhere but in memory, and a restart forgets them. */
export class Handouts {
  readonly #files = new Map<string, Handout>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** @returns the path, from the page, where that person finds it. */
  add(user: string, file: OutgoingFile): string {
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
}
