/** Messages on their way to a chat: made to fit what a channel takes, posted and tried again, changed. */

import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import { type ChannelRef, isResult, type MessageRef } from "../../domain/model.js";
import type { Chat } from "../../port/adapter.js";
import { ChatError, mayPass } from "../../port/chat-error.js";
import type { OutgoingMessage, Picture } from "../../port/messages.js";
import { retryWithBackoff } from "../../shared/async.js";
import { withImage } from "../../shared/image-process.js";
import { MAX_INPUT_PIXELS, PictureError } from "../../shared/inspect-image.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { LINK_DAYS } from "../gallery/whole-results.js";

export interface DeliveryPolicy {
  /** Tries in all. */
  readonly attempts: number;
  /** Wait before the second try, in milliseconds; doubled before each further one. */
  readonly backoffMs: number;
  readonly logger: Logger;
  /** What the log calls the work: posts and edits carry it, see `OutgoingMessage.trace`. */
  readonly trace?: string;
  /** Called for every failure, also of those that are tried again. */
  readonly onFailure?: (error: unknown) => void;
}

/**
 * Does something in a chat, and again while a failure may pass: too many calls, a time-out, an outage.
 * Rejects when it may not pass, or with the last error.
 */
export function retryDelivery<T>(
  action: () => Promise<T>,
  { attempts, backoffMs, logger, onFailure }: DeliveryPolicy,
): Promise<T> {
  const work = async (): Promise<T> => {
    try {
      return await action();
    } catch (error) {
      onFailure?.(error);
      throw error;
    }
  };
  const again = (error: unknown, attempt: number): boolean => {
    if (!passes(error)) return false;
    logger.warn({ err: error, attempt }, "the chat did not take a message; trying again");
    return true;
  };
  return retryWithBackoff(work, { firstMs: backoffMs, attempts, mayPass: again });
}

/** One way to say something. */
export interface Destination {
  /** Whose limits hold, and what the log names. */
  readonly channel: ChannelRef;
  /** Undefined where it cannot be said in this way. */
  post(message: OutgoingMessage): Promise<MessageRef | undefined>;
  /** It takes people away from where they look: only where all before it have refused for good. */
  readonly last?: boolean;
}

/** Where a message is, or, when no destination took it, whether all of them refused it for good. */
export interface Delivery {
  readonly ref?: MessageRef;
  readonly refused: boolean;
}

/** A channel or thread where the bot posts by itself. */
export function destinationIn(chat: Pick<Chat, "post">, channel: ChannelRef): Destination {
  return { channel, post: (message) => chat.post(channel, message) };
}

/** Posts to the first destination that takes it. Images that are too large are made smaller. */
export async function postToFirst(
  chat: Chat,
  destinations: readonly Destination[],
  message: OutgoingMessage,
  policy: DeliveryPolicy,
): Promise<Delivery> {
  let refused = true;
  for (const { channel, last, post } of destinations) {
    if (last && !refused) break;
    let outgoing = await fitToChannel(chat, channel, tracedBy(policy, message));
    for (let smaller = 0; smaller < 3; smaller++) {
      try {
        const ref = await retryDelivery(() => post(outgoing), policy);
        if (ref) return { ref, refused: false };
        break;
      } catch (error) {
        policy.logger.warn({ err: error, place: channel }, "a message could not be posted");
        if (passes(error)) refused = false;
        if (!(error instanceof ChatError) || error.kind !== "too-large") break;
        outgoing = await fitMessage(outgoing, largest(outgoing) / 2);
      }
    }
  }
  return { refused };
}

/** The message with the name of its work, for the log. */
export function tracedBy({ trace }: Pick<DeliveryPolicy, "trace">, message: OutgoingMessage): OutgoingMessage {
  return trace === undefined ? message : { ...message, trace };
}

function largest(message: OutgoingMessage): number {
  return Math.max(0, ...(message.pictures ?? []).map((picture) => picture.bytes.byteLength));
}

function passes(error: unknown): boolean {
  return !(error instanceof ChatError) || mayPass(error);
}

/** What became of a message's last state: in the chat, refused for good, or not taken by a chat that was out. */
export type Ending = "shown" | "refused" | "owed";

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

  /** Shows the last state, trying again while that may help. */
  async end(content: OutgoingMessage): Promise<Ending> {
    this.stop();
    await this.#loop;
    try {
      const outgoing = await this.#outgoing(content);
      await retryDelivery(() => this.chat.edit(this.ref, outgoing), this.policy);
      return "shown";
    } catch (error) {
      this.policy.logger.warn({ err: error, message: this.ref.id }, "a message could not be brought up to date");
      return passes(error) ? "owed" : "refused";
    }
  }

  async #run(): Promise<void> {
    try {
      while (this.#next) {
        const wait = this.#notBefore - performance.now();
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
    this.#notBefore = performance.now() + this.chat.capabilities.editIntervalMs * intervals;
  }
}

/** Largest file in bytes that a channel takes: some allow more than their platform promises everywhere, some less. */
async function uploadBytes(chat: Chat, channel: ChannelRef): Promise<number> {
  try {
    return (await chat.describe(channel)).uploadBytes;
  } catch {
    // Posting will tell what is the matter with the channel.
    return chat.capabilities.uploadBytes;
  }
}

/** A message whose images are within what a channel takes. */
export async function fitToChannel(
  chat: Chat,
  channel: ChannelRef,
  message: OutgoingMessage,
): Promise<OutgoingMessage> {
  return message.pictures?.length ? fitMessage(message, await uploadBytes(chat, channel)) : message;
}

/** A message whose images are within a limit of bytes a file. */
export async function fitMessage(message: OutgoingMessage, maxBytes: number): Promise<OutgoingMessage> {
  if (!message.pictures?.some((picture) => picture.bytes.byteLength > maxBytes)) return message;
  const fitted = await Promise.all(message.pictures.map((picture) => madeToFit(picture, maxBytes)));
  const pictures = fitted.map(({ picture }) => picture);
  const stilled = message.pictures.some(({ type }, index) => moves(type) && pictures[index]?.type === "image/jpeg");
  const links = fitted.flatMap(({ picture }, index) => linkTo(message.pictures?.[index], picture) ?? []);
  const became = fitted.flatMap(({ note }) => note ?? []);
  const notes = [...(stilled ? [sentence("film.stilled")] : []), ...became, ...links];
  return { ...message, pictures, text: [message.text, ...notes].join("\n") };
}

/** Where all of a picture is that is posted in another form. */
function linkTo(before: Picture | undefined, now: Picture): string | undefined {
  if (before?.whole === undefined || before.bytes === now.bytes || !isResult(before)) return undefined;
  return sentence("result.whole", { address: before.whole, days: LINK_DAYS });
}

/** A picture that was made to fit; of a result, also what became of it. */
interface Fitted {
  readonly picture: Picture;
  readonly note?: string;
}

/**
 * The image itself when it fits, else a JPEG (a WebP where something is transparent) of less quality or fewer pixels. A
 * film stays one where it can.
 */
async function madeToFit(picture: Picture, maxBytes: number): Promise<Fitted> {
  if (picture.bytes.byteLength <= maxBytes) return { picture };
  const limits = { name: picture.name, maxPixels: MAX_INPUT_PIXELS, maxBytes };
  try {
    const { bytes, type, extension, reduced } = await withImage("smaller", picture.bytes, limits);
    const smaller = { ...picture, bytes, type, name: picture.name.replace(/\.[^.]*$/, `.${extension}`) };
    // A preview is soon replaced.
    if (!reduced || !isResult(picture)) return { picture: smaller };
    const megabytes = (picture.bytes.byteLength / 1024 / 1024).toFixed(1);
    const sides = ({ width, height }: typeof reduced.from): string => `${width} x ${height}`;
    const params = {
      from: sides(reduced.from),
      to: sides(reduced.to),
      megabytes,
      kind: extension === "jpg" ? "JPEG" : "WebP",
    };
    return { picture: smaller, note: sentence("result.reduced", params) };
  } catch (error) {
    // What never can be made smaller goes as it is: the chat says what is the matter with it.
    if (error instanceof PictureError && error.identifier !== "image.busy") return { picture };
    throw error;
  }
}

/** Whether a file of this type may hold an animation. */
function moves(type: string): boolean {
  return type === "image/webp" || type === "image/gif" || type.startsWith("video/");
}
