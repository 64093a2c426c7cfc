/**
 * Links to results as they are, for chats that take only a smaller form of them. Such a link stands in the result's own
 * message, so those find it who see that message, whatever platform it is on; it says itself, signed, what it opens and
 * until when. Nothing of it is kept.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { KeyValueStore } from "../../port/adapter.js";
import type { LinkedResult } from "../../port/gallery.js";

/** How long a link opens what it leads to. */
export const LINK_DAYS = 7;
const DAY_SECONDS = 86_400;
/** What the links are signed with, for as long as the data folder is kept. */
const KEY = "whole-results key";
const KEY_BYTES = 32;

export class WholeResults {
  readonly #address: string;
  readonly #key: Buffer;

  /**
   * @param address where people open the web chat
   * @param now milliseconds since the epoch
   */
  constructor(
    address: string,
    keyValues: Pick<KeyValueStore, "get" | "set">,
    private readonly now: () => number = Date.now,
  ) {
    this.#address = address.replace(/\/$/, "");
    const known = keyValues.get(KEY);
    const key = typeof known === "string" ? known : randomBytes(KEY_BYTES).toString("hex");
    if (key !== known) keyValues.set(KEY, key);
    this.#key = Buffer.from(key, "hex");
  }

  linkTo(job: string): string {
    const until = String(Math.ceil(this.now() / 1000) + LINK_DAYS * DAY_SECONDS);
    return `${this.#address}/whole/${job}/${until}/${this.#proof(job, until).toString("base64url")}`;
  }

  /** Whether a link was made here, and is still to be followed. */
  admits({ job, until, proof }: LinkedResult): boolean {
    const [given, right] = [Buffer.from(proof, "base64url"), this.#proof(job, until)];
    return given.length === right.length && timingSafeEqual(given, right) && Number(until) * 1000 > this.now();
  }

  #proof(job: string, until: string): Buffer {
    return createHmac("sha256", this.#key).update(`${job} ${until}`).digest();
  }
}
