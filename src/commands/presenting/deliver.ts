import type { Logger } from "pino";
import type { ChannelRef } from "../../domain/channel.js";
import type { MessageRef } from "../../domain/message.js";
import type { Chat } from "../../port/adapter.js";
import { ChatError } from "../../port/chat-error.js";
import type { OutgoingMessage } from "../../port/messages.js";
import { retryWithBackoff } from "../../shared/retry.js";
import { fitMessage, fitToChannel } from "./fit-image.js";

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
  const mayPass = (error: unknown, attempt: number): boolean => {
    if (!passes(error)) return false;
    logger.warn({ err: error, attempt }, "the chat did not take a message; trying again");
    return true;
  };
  return retryWithBackoff(work, { firstMs: backoffMs, attempts, mayPass });
}

/** Where a message is, or, when no channel took it, whether all of them refused it for good. */
export interface Delivery {
  readonly ref?: MessageRef;
  readonly refused: boolean;
}

/**
 * Posts to the first channel that takes it, as when a thread was deleted. Images that are too large are made smaller.
 */
export async function postToFirst(
  chat: Chat,
  channels: readonly ChannelRef[],
  message: OutgoingMessage,
  policy: DeliveryPolicy,
): Promise<Delivery> {
  let refused = true;
  for (const channel of channels) {
    let outgoing = await fitToChannel(chat, channel, tracedBy(policy, message));
    for (let smaller = 0; smaller < 3; smaller++) {
      try {
        return { ref: await retryDelivery(() => chat.post(channel, outgoing), policy), refused: false };
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
  return !(error instanceof ChatError) || ["rate-limited", "timeout", "unavailable"].includes(error.kind);
}
