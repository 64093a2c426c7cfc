import { createHash } from "node:crypto";
import type { KeyValueStore } from "../../port/key-value-store.js";
import { fields, list } from "./messages.js";

/** Slack repeats what it believes was not taken, for up to an hour. */
const KEPT_MS = 65 * 60_000;
const MOST = 20_000;

/** What is kept for the next run: so many shelves in the store, with so many ids on each. */
const SLOTS = 64;
const IDS_IN_A_SLOT = 32;

/**
 * What has come already: an event or a press that comes again is passed over, also when the program was started anew in between. The
 * store keeps some two thousand ids, the newest ones.
 */
export class Seen {
  readonly #at = new Map<string, number>();

  constructor(private readonly keyValues?: KeyValueStore) {}

  /** True the first time; false for whatever came before. Without an id nothing can be told apart. */
  first(id: string | undefined): boolean {
    if (id === undefined) return true;
    if (this.#at.has(id)) return false;
    const now = Date.now();
    if (this.#kept(id, now)) return false;
    // In the order in which they came: the oldest are in front.
    for (const [old, at] of this.#at) {
      if (at > now - KEPT_MS && this.#at.size < MOST) break;
      this.#at.delete(old);
    }
    this.#at.set(id, now);
    return true;
  }

  /** What came under this id has been dealt with: it must not be dealt with again by the next run either. */
  done(id: string | undefined): void {
    if (id === undefined || !this.keyValues) return;
    const { slot, name } = slotOf(id);
    const now = Date.now();
    const others = this.#remembered(slot, now).filter(([each]) => each !== name);
    this.keyValues.set(slot, [...others, [name, now]].slice(-IDS_IN_A_SLOT));
  }

  #kept(id: string, now: number): boolean {
    if (!this.keyValues) return false;
    const { slot, name } = slotOf(id);
    return this.#remembered(slot, now).some(([each]) => each === name);
  }

  #remembered(slot: string, now: number): (readonly [name: string, at: number])[] {
    return list(this.keyValues?.get(slot)).flatMap((value) => {
      const [name, at] = list(value);
      return typeof name === "string" && typeof at === "number" && at > now - KEPT_MS ? [[name, at] as const] : [];
    });
  }
}

function slotOf(id: string): { readonly slot: string; readonly name: string } {
  const hash = createHash("sha256").update(id).digest();
  return { slot: `slack.seen.${hash.readUInt8(0) % SLOTS}`, name: hash.toString("base64url").slice(0, 16) };
}

/**
 * What tells one delivery from another: the id that came with it, and who said what where. Some servers give one id to everything; and what
 * Slack says beside that, such as of a file, may be another when it says it again.
 *
 * @param what an event, or the body of a command or of an interaction
 * @returns undefined without an id: then nothing can be told apart
 */
export function identity(id: string | undefined, what: unknown): string | undefined {
  if (id === undefined) return undefined;
  const said = fields(what);
  const { view, item } = { view: fields(said.view), item: fields(said.item) };
  const essence = [
    said.type,
    said.event_ts,
    said.ts,
    said.user,
    said.text,
    said.reaction,
    item.channel,
    item.ts,
    said.command,
    said.user_id,
    said.channel_id,
    said.response_url,
    said.callback_id,
    said.action_ts,
    said.message_ts,
    view.id,
    fields(view.state).values,
    list(said.actions).map((action) => [fields(action).action_id, fields(action).action_ts]),
  ];
  return `${id} ${createHash("sha256").update(JSON.stringify(essence)).digest("base64url")}`;
}
