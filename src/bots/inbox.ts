/** What adapters have acknowledged and not dealt with yet (a transactional inbox). */
import type { Logger } from "pino";
import { newJobId } from "../domain/model.js";
import type { ChatHandlers, KeyValueStore } from "../port/adapter.js";
import { mayPass } from "../port/chat-error.js";
import type { Receipt } from "../port/events.js";
import { abortableDelay } from "../shared/async.js";
import { sentence } from "../shared/sentences/sentence.js";
import { cutText } from "../shared/text.js";

/** Who was acknowledged longer ago is not told any more. */
const KEPT_MS = 7 * 24 * 3_600_000;

/** Wait before those are tried again who could not be told, in milliseconds; doubled each time. */
const AGAIN_MS = 2_000;
const LONGEST_AGAIN_MS = 60_000;

/** Characters of a line that are told back. */
const LINE_LENGTH = 500;

/** What is kept of an event: plain data by which the adapter finds its user again. */
export interface Unread {
  readonly what: "command" | "button" | "reaction";
  /** What was typed, such as "/dream look:eyes", where there is a line; of a reaction its emoji. */
  readonly line?: string | undefined;
}

interface Entry<T> {
  readonly at: number;
  readonly unread: T;
}

/** What an earlier process has left: of this or of an earlier version, so that anything may be missing. */
interface Left<T> {
  readonly job: string;
  /** When it was acknowledged, in milliseconds since the epoch. */
  readonly at: number;
  readonly unread: Partial<T>;
}

/** Answers privately. */
export type Tell<T extends Unread> = (left: Left<T>, text: string) => Promise<unknown>;

/**
 * On disk is what was acknowledged, from before the platform is told until its job is in the repository or its user is
 * answered. So after a kill it is known who waits for nothing, and they are told.
 *
 * @typeParam T what an adapter needs to answer
 */
export class Inbox<T extends Unread> {
  readonly #prefix: string;
  readonly left: readonly Left<T>[];

  constructor(
    platform: string,
    private readonly keyValues: KeyValueStore | undefined,
    private readonly logger: Logger,
  ) {
    this.#prefix = `${platform}.unread.`;
    this.left = (keyValues?.list(this.#prefix) ?? []).map(([key, value]) => {
      const { at = 0, unread = {} } = value as Partial<Entry<Partial<T>>>;
      return { job: key.slice(this.#prefix.length), at, unread };
    });
  }

  /** To be called before the platform is told. Never throws: on a full disk the work goes on, and a kill loses it. */
  take(unread: T): Receipt {
    const job = newJobId();
    const line = unread.line && cutText(unread.line, LINE_LENGTH);
    const entry: Entry<T> = { at: Date.now(), unread: { ...unread, line } };
    this.#write(() => this.keyValues?.set(this.#prefix + job, entry));
    let settled = false;
    const settle = () => {
      if (!settled) this.#remove(job);
      settled = true;
    };
    return { job, settle };
  }

  /**
   * Tells those whom an earlier process has acknowledged, and whose events have come to nothing. Resolves when all were
   * tried once; those who could not be told then are tried again in their own time. Never rejects.
   *
   * @param signal aborted when the adapter stops: the next start goes on
   */
  async answer(handlers: Pick<ChatHandlers, "accepted">, tell: Tell<T>, signal: AbortSignal): Promise<void> {
    const waiting = await this.#tellAll(this.left, handlers, tell);
    // An abort is its end too.
    void this.#tellLater(waiting, handlers, tell, signal).catch(() => undefined);
  }

  async #tellLater(
    left: readonly Left<T>[],
    handlers: Pick<ChatHandlers, "accepted">,
    tell: Tell<T>,
    signal: AbortSignal,
  ): Promise<void> {
    let waiting = left;
    for (let waitMs = AGAIN_MS; waiting.length > 0; waitMs = Math.min(LONGEST_AGAIN_MS, waitMs * 2)) {
      await abortableDelay(waitMs, signal);
      waiting = await this.#tellAll(waiting, handlers, tell);
    }
  }

  /** @returns those who could not be told now */
  async #tellAll(
    left: readonly Left<T>[],
    handlers: Pick<ChatHandlers, "accepted">,
    tell: Tell<T>,
  ): Promise<readonly Left<T>[]> {
    const waiting: Left<T>[] = [];
    for (const each of left) {
      try {
        const old = each.at < Date.now() - KEPT_MS;
        if (!old && !(await handlers.accepted(each.job))) await tell(each, textFor(each.unread));
      } catch (err) {
        this.logger.warn({ err }, "a user could not be told of what a restart has cut off");
        if (mayPass(err)) {
          waiting.push(each);
          continue;
        }
      }
      this.#remove(each.job);
    }
    return waiting;
  }

  #remove(job: string): void {
    this.#write(() => this.keyValues?.delete(this.#prefix + job));
  }

  #write(change: () => void): void {
    try {
      change();
    } catch (err) {
      this.logger.error({ err }, "what was acknowledged could not be noted");
    }
  }
}

function textFor({ what, line }: Partial<Unread>): string {
  if (what === "reaction") return sentence("restarted.reaction", { emoji: line ?? "" });
  return what === "button" ? sentence("restarted.button") : sentence("restarted.command", { line });
}
