import {
  type APIMessage,
  type APIThreadChannel,
  RESTJSONErrorCodes,
  Routes,
  ThreadAutoArchiveDuration,
} from "discord.js";
import type { ChannelRef, MessageRef } from "../../domain/model.js";
import { ChatError } from "../../port/chat-error.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { cutText } from "../../shared/text.js";
import type { Calls } from "./calls.js";
import { type Channels, DIRECT } from "./channels.js";
import { hasCode } from "./errors.js";
import { THREAD_NAME_LENGTH } from "./limits.js";

/**
 * A thread on a message; where there can be none, or the bot may not make one, the channel itself: the job is shown
 * there then.
 *
 * @throws ChatError when the message is gone, or Discord cannot be reached.
 */
export async function openThread(parts: ThreadParts, message: MessageRef, title: string): Promise<ChannelRef> {
  const { channel } = message;
  if (channel.thread !== undefined || channel.community === DIRECT) return channel;
  const opened = await open(parts.calls, message, title);
  parts.channels.noteThread(opened, title);
  return opened;
}

interface ThreadParts {
  readonly calls: Calls;
  readonly channels: Channels;
}

async function open(calls: Calls, { channel, id }: MessageRef, title: string): Promise<ChannelRef> {
  const name = cutText(title.trim(), THREAD_NAME_LENGTH, "") || sentence("discord.thread");
  const body = { name, auto_archive_duration: ThreadAutoArchiveDuration.OneDay };
  try {
    const thread = await calls.run<APIThreadChannel>({
      method: "POST",
      route: Routes.threads(channel.id, id),
      body,
      doing: "discord.doing.thread",
      permission: "Create Public Threads",
    });
    return { ...channel, thread: thread.id };
  } catch (error) {
    if (hasCode(error, RESTJSONErrorCodes.ThreadAlreadyCreatedForMessage))
      return { ...channel, thread: await threadOf(calls, { channel, id }) };
    // No permission, a kind of channel without threads, too many of them: the result is posted in the channel.
    if (error instanceof ChatError && error.kind === "forbidden") return channel;
    throw error;
  }
}

/** The thread that a message has already. With Discord it has the message's id, but other servers' may differ. */
async function threadOf(calls: Calls, { channel, id }: MessageRef): Promise<string> {
  const route = Routes.channelMessage(channel.id, id);
  const about = { doing: "discord.doing.find-thread", ms: 10_000 } as const;
  const message = await calls.run<APIMessage>({ method: "GET", route, ...about }).catch(() => undefined);
  return message?.thread?.id ?? id;
}
