import type { Chat, OutgoingMessage, Place } from "../../port/chat.js";
import { fitMessage } from "./fit-image.js";

/** Largest file in bytes that a place takes: some allow more than their platform promises everywhere, some less. */
export async function uploadBytes(chat: Chat, place: Place): Promise<number> {
  try {
    return (await chat.describe(place)).uploadBytes;
  } catch {
    // Whatever is the matter with the place, posting there will tell.
    return chat.limits.uploadBytes;
  }
}

/** A message whose pictures are within what a place takes. */
export async function fitPlace(chat: Chat, place: Place, message: OutgoingMessage): Promise<OutgoingMessage> {
  return message.pictures?.length ? fitMessage(message, await uploadBytes(chat, place)) : message;
}
