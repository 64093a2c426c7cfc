/** What adapters have acknowledged and not dealt with yet (a transactional inbox). */
import type { Logger } from "pino";
import { newJobId } from "../domain/model.js";
import type { ChatHandlers, KeyValueStore } from "../port/adapter.js";
import { mayPass } from "../port/chat-error.js";
import type { Receipt } from "../port/events.js";
import { sentence } from "../shared/sentences/sentence.js";
import { cutText } from "../shared/text.js";

/** Who was acknowledged longer ago is not told any more. */
const KEPT_MS = 7 * 24 * 3_600_000;

/** Characters of a line that are told back. */
const LINE_LENGTH = 500;

/** What is kept of an event: plain data by which the adapter finds its user again. */
interface Unread {
  readonly what: "command" | "button";
  /** What was typed, such as "/dream look:eyes", where there is a line. */
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
   * Tells those whom an earlier process has acknowledged, and whose events have come to nothing. Never rejects.
   *
   * @param tell answers privately
   */
  async answer(
    handlers: Pick<ChatHandlers, "accepted">,
    tell: (left: Left<T>, text: string) => Promise<unknown>,
  ): Promise<void> {
    for (const left of this.left) {
      try {
        const old = left.at < Date.now() - KEPT_MS;
        if (!old && !(await handlers.accepted(left.job))) await tell(left, textFor(left.unread));
      } catch (err) {
        this.logger.warn({ err }, "a user could not be told of what a restart has cut off");
        // The next start tries again.
        if (mayPass(err)) continue;
      }
      this.#remove(left.job);
    }
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
  return what === "button" ? sentence("restarted.button") : sentence("restarted.command", { line });
}
