import type { ChannelRef } from "../../domain/channel.js";
import type { Chat } from "../../port/adapter.js";
import type { OutgoingMessage } from "../../port/messages.js";
import { fitMessage } from "./fit-image.js";

/** Largest file in bytes that a place takes: some allow more than their platform promises everywhere, some less. */
export async function uploadBytes(chat: Chat, channel: ChannelRef): Promise<number> {
  try {
    return (await chat.describe(channel)).uploadBytes;
  } catch {
    // Whatever is the matter with the place, posting there will tell.
    return chat.capabilities.uploadBytes;
  }
}

/** A message whose pictures are within what a place takes. */
export async function fitToChannel(
  chat: Chat,
  channel: ChannelRef,
  message: OutgoingMessage,
): Promise<OutgoingMessage> {
  return message.pictures?.length ? fitMessage(message, await uploadBytes(chat, channel)) : message;
}
