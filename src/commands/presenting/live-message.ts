import { setTimeout as delay } from "node:timers/promises";
import type { MessageRef } from "../../domain/message.js";
import type { Chat } from "../../port/adapter.js";
import { ChatError } from "../../port/chat-error.js";
import type { OutgoingMessage } from "../../port/messages.js";
import { type DeliveryPolicy, retryDelivery, tracedBy } from "./deliver.js";
import { fitToChannel } from "./fit-image.js";

/** What became of a state that a message should show: in the chat, replaced by a newer one before, or refused. */
export type Shown = "posted" | "overtaken" | "refused";

/**
 * A message that changes while a job runs. One edit is under way at a time, with the platform's least time between two;
 * what something newer replaces in the meantime is never sent. The last state is always sent.
 */
export class LiveMessage {
  #next: OutgoingMessage | undefined;
  #loop: Promise<void> | undefined;
  #notBefore = 0;
  #ended = false;
  readonly #stop = new AbortController();

  constructor(
    private readonly chat: Chat,
    readonly ref: MessageRef,
    private readonly policy: DeliveryPolicy,
    private readonly onShown: (what: Shown) => void = () => undefined,
  ) {
    this.#pause(1);
  }

  /** Shows this as soon as the budget allows, unless something newer comes first. A failed edit is not tried again. */
  show(content: OutgoingMessage): void {
    if (this.#ended) return;
    if (this.#next) this.onShown("overtaken");
    this.#next = content;
    this.#loop ??= this.#run();
  }

  /** No more edits but the last one. */
  stop(): void {
    this.#ended = true;
    if (this.#next) this.onShown("overtaken");
    this.#next = undefined;
    this.#stop.abort();
  }

  /** Shows the last state, trying again while that may help; false when the message cannot be reached. */
  async end(content: OutgoingMessage): Promise<boolean> {
    this.stop();
    await this.#loop;
    try {
      const outgoing = await this.#outgoing(content);
      await retryDelivery(() => this.chat.edit(this.ref, outgoing), this.policy);
      return true;
    } catch (error) {
      this.policy.logger.warn({ err: error, message: this.ref.id }, "a message could not be brought up to date");
      return false;
    }
  }

  async #run(): Promise<void> {
    try {
      while (this.#next) {
        const wait = this.#notBefore - Date.now();
        if (wait > 0) await delay(wait, undefined, { signal: this.#stop.signal }).catch(() => undefined);
        const content = this.#next;
        if (!content) return;
        this.#next = undefined;
        try {
          await this.chat.edit(this.ref, await this.#outgoing(content));
          this.onShown("posted");
          this.#pause(1);
        } catch (error) {
          this.onShown("refused");
          this.policy.onFailure?.(error);
          this.policy.logger.debug({ err: error, message: this.ref.id }, "a frame was dropped");
          if (error instanceof ChatError && (error.kind === "gone" || error.kind === "forbidden")) this.stop();
          // The platform is busy: the next one waits longer.
          this.#pause(4);
        }
      }
    } finally {
      // Not once the promise has settled: a state shown before that would wait for a loop that has ended.
      this.#loop = undefined;
    }
  }

  #outgoing(content: OutgoingMessage): Promise<OutgoingMessage> {
    return fitToChannel(this.chat, this.ref.channel, tracedBy(this.policy, content));
  }

  #pause(intervals: number): void {
    this.#notBefore = Date.now() + this.chat.capabilities.editIntervalMs * intervals;
  }
}
