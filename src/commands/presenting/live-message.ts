import { setTimeout as delay } from "node:timers/promises";
import type { MessageRef } from "../../domain/message.js";
import type { Chat } from "../../port/adapter.js";
import { ChatError } from "../../port/chat-error.js";
import type { OutgoingMessage } from "../../port/messages.js";
import { type DeliveryPolicy, retryDelivery, tracedBy } from "./deliver.js";
import { fitToChannel } from "./fit-channel.js";

/** What became of a state that a message should show: it is in the chat, a newer one came before it, or the chat refused it. */
export type Shown = "posted" | "overtaken" | "refused";

/**
 * A message that changes while a job runs. One edit is under way at a time, with the platform's least time between two; what has been
 * overtaken by something newer in the meantime is never sent. The last word is always sent.
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
    private readonly persistence: DeliveryPolicy,
    private readonly onShown: (what: Shown) => void = () => undefined,
  ) {
    this.#pause(1);
  }

  /** Shows this as soon as the budget allows, unless something newer comes first. An edit that fails is not repeated: a newer one follows. */
  show(content: OutgoingMessage): void {
    if (this.#ended) return;
    if (this.#next) this.onShown("overtaken");
    this.#next = content;
    this.#loop ??= this.#run();
  }

  /** No more edits but the last word. */
  stop(): void {
    this.#ended = true;
    if (this.#next) this.onShown("overtaken");
    this.#next = undefined;
    this.#stop.abort();
  }

  /** Shows the last word, trying again while that may help; false when the message cannot be reached. */
  async end(content: OutgoingMessage): Promise<boolean> {
    this.stop();
    await this.#loop;
    try {
      const outgoing = await fitToChannel(this.chat, this.ref.channel, tracedBy(this.persistence, content));
      await retryDelivery(() => this.chat.edit(this.ref, outgoing), this.persistence);
      return true;
    } catch (error) {
      this.persistence.logger.warn({ err: error, message: this.ref.id }, "a message could not be brought up to date");
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
          const outgoing = await fitToChannel(this.chat, this.ref.channel, tracedBy(this.persistence, content));
          await this.chat.edit(this.ref, outgoing);
          this.onShown("posted");
          this.#pause(1);
        } catch (error) {
          this.onShown("refused");
          this.persistence.onFailure?.(error);
          this.persistence.logger.debug({ err: error, message: this.ref.id }, "a frame was dropped");
          if (error instanceof ChatError && (error.kind === "gone" || error.kind === "forbidden")) this.stop();
          // The platform is busy: the next one waits longer.
          this.#pause(4);
        }
      }
    } finally {
      // Here and not when the promise is settled: what is shown in between would wait for a loop that has ended.
      this.#loop = undefined;
    }
  }

  #pause(intervals: number): void {
    this.#notBefore = Date.now() + this.chat.capabilities.editIntervalMs * intervals;
  }
}
