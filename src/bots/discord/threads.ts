import { type APIThreadChannel, RESTJSONErrorCodes, Routes, ThreadAutoArchiveDuration } from "discord.js";
import { ChatError, type MessageRef, type Place } from "../chat.js";
import type { Calls } from "./calls.js";
import { hasCode } from "./errors.js";
import { DIRECT } from "./places.js";

const NAME_LENGTH = 100;

/**
 * A thread on a message; where there can be none, or the bot may not make one, the place itself: the job is shown there then.
 *
 * @throws ChatError when the message is gone, or Discord cannot be reached.
 */
export async function openThread(calls: Calls, { place, id }: MessageRef, title: string): Promise<Place> {
  if (place.thread !== undefined || place.community === DIRECT) return place;
  const name = title.trim().slice(0, NAME_LENGTH) || "Thread";
  const body = { name, auto_archive_duration: ThreadAutoArchiveDuration.OneDay };
  try {
    const call = {
      method: "POST",
      route: Routes.threads(place.channel, id),
      body,
      doing: "open a thread",
      permission: "Create Public Threads",
    } as const;
    const thread = await calls.run<APIThreadChannel>(call);
    return { ...place, thread: thread.id };
  } catch (error) {
    // A message's thread has the message's id.
    if (hasCode(error, RESTJSONErrorCodes.ThreadAlreadyCreatedForMessage)) return { ...place, thread: id };
    // No permission, a kind of channel without threads, too many of them: people get their picture all the same.
    if (error instanceof ChatError && error.kind === "forbidden") return place;
    throw error;
  }
}
