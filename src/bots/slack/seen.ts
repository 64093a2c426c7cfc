import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { KeyValueStore } from "../../port/adapter.js";
import { fields, list } from "./messages.js";

/** Slack repeats what it believes was not taken, for up to an hour. */
const KEPT_MS = 65 * 60_000;
const MOST = 20_000;

/** What is kept for the next run: so many entries in the store, with so many ids in each. */
const SLOTS = 64;
const IDS_IN_A_SLOT = 32;

/**
 * What has come already: an event or a press that comes again is ignored, also after a restart. The store keeps the
 * newest ids, some two thousand.
 */
export class Seen {
  readonly #lately = new LRUCache<string, true>({ max: MOST, ttl: KEPT_MS });

  constructor(private readonly keyValues?: KeyValueStore) {}

  /** Whether it came before. Without an id it counts as new. */
  has(id: string | undefined): boolean {
    if (id === undefined) return false;
    if (this.#lately.has(id)) return true;
    const { slot, name } = slotOf(id);
    return this.#kept(slot).some(([each]) => each === name);
  }

  /** True the first time; false when it came before. */
  first(id: string | undefined): boolean {
    if (this.has(id)) return false;
    if (id !== undefined) this.#lately.set(id, true);
    return true;
  }

  /** What came under this id has been handled: the next run must not handle it again either. */
  done(id: string | undefined): void {
    if (id === undefined || !this.keyValues) return;
    const { slot, name } = slotOf(id);
    const others = this.#kept(slot).filter(([each]) => each !== name);
    this.keyValues.set(slot, [...others, [name, Date.now()]].slice(-IDS_IN_A_SLOT));
  }

  #kept(slot: string): (readonly [name: string, at: number])[] {
    const since = Date.now() - KEPT_MS;
    return list(this.keyValues?.get(slot)).flatMap((value) => {
      const [name, at] = list(value);
      return typeof name === "string" && typeof at === "number" && at > since ? [[name, at] as const] : [];
    });
  }
}

function slotOf(id: string): { readonly slot: string; readonly name: string } {
  const hash = createHash("sha256").update(id).digest();
  return { slot: `slack.seen.${hash.readUInt8(0) % SLOTS}`, name: hash.toString("base64url").slice(0, 16) };
}

/** Fields of an event, or of a body, that a repeated delivery has too. */
const EVENT_FIELDS = ["type", "event_ts", "ts", "user", "text", "reaction"];
const BODY_FIELDS = ["command", "user_id", "channel_id", "response_url", "callback_id", "action_ts", "message_ts"];

/**
 * Identifies a delivery: by the id that came with it, and by its user, text and channel. Some servers give one id to
 * everything; and other fields, such as a file's, may differ when Slack sends it again.
 *
 * @param what an event, or the body of a command or of an interaction
 * @returns undefined without an id
 */
export function identity(id: string | undefined, what: unknown): string | undefined {
  if (id === undefined) return undefined;
  const body = fields(what);
  const [view, item] = [fields(body.view), fields(body.item)];
  const essence = [
    ...EVENT_FIELDS.map((field) => body[field]),
    item.channel,
    item.ts,
    ...BODY_FIELDS.map((field) => body[field]),
    view.id,
    fields(view.state).values,
    list(body.actions).map((action) => [fields(action).action_id, fields(action).action_ts]),
  ];
  return `${id} ${createHash("sha256").update(JSON.stringify(essence)).digest("base64url")}`;
}
