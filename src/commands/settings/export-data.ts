import type { ChannelRef } from "../../domain/channel.js";
import type { User } from "../../domain/user.js";
import type { Chat } from "../../port/adapter.js";
import type { OutgoingFile } from "../../port/messages.js";
import type { AppStore } from "../context.js";
import { UserError } from "../user-error.js";

/** Names the file's format to its readers. Raised when the fields change: since 2 they are named as the code names them. */
const FORMAT = "dreamloom-my-data-2";
/** Base64 writes three bytes as four characters. */
const INFLATED = 4 / 3;
/** For what surrounds a picture's text. */
const AROUND_BYTES = 40;

/**
 * All that is stored about a person on a platform, as one JSON file, with their pictures in it: the newest ones, as many as the chat's
 * largest file holds. Each of the others is named with its size, and is in the chat.
 *
 * @throws UserError where a chat can hand no file to one person alone, or not even the words fit.
 */
export async function exportMyData(context: {
  readonly chat: Pick<Chat, "capabilities">;
  readonly app: { readonly store: Pick<AppStore, "images" | "myData" | "styles"> };
  readonly channel: ChannelRef;
  readonly user: User;
}): Promise<OutgoingFile> {
  const { chat, app, channel, user } = context;
  const most = chat.capabilities.privateFileBytes;
  if (most === undefined) {
    throw new UserError("my-data.no-private-file");
  }
  const { pictures, ...data } = app.store.myData.read({ platform: channel.platform, user: user.id });
  const styles = data.styles.flatMap(({ picture }) => app.store.images.info(picture) ?? []);
  const all = [...pictures, ...styles];
  const told = {
    format: FORMAT,
    exportedAt: new Date().toISOString(),
    platform: channel.platform,
    person: { id: user.id, name: user.name },
  };
  const words = JSON.stringify({ ...told, ...data, pictures: all }, undefined, 1);
  let left = most - Buffer.byteLength(words);
  if (left < 0) throw new UserError("my-data.too-large");
  const content = new Map<string, string>();
  for (const { sha, bytes } of all.toReversed()) {
    const size = Math.ceil(bytes * INFLATED) + AROUND_BYTES;
    if (size > left) continue;
    const picture = await app.store.images.read(sha);
    if (!picture) continue;
    content.set(sha, Buffer.from(picture).toString("base64"));
    left -= size;
  }
  const whole = all.map((image) => ({
    ...image,
    ...(content.has(image.sha) ? { base64: content.get(image.sha) } : {}),
  }));
  const text = JSON.stringify({ ...told, ...data, pictures: whole }, undefined, 1);
  return { name: "dreamloom-my-data.json", type: "application/json", bytes: new Uint8Array(Buffer.from(text)) };
}
