import type { ChannelRef, User } from "../../domain/model.js";
import type { Chat } from "../../port/adapter.js";
import type { OutgoingFile } from "../../port/messages.js";
import type { AppStore } from "../context.js";
import { UserError } from "../user-error.js";

/** Names the file's format to its readers. Raised when the fields change. */
const FORMAT = "dreamloom-my-data-5";
/** Base64 writes three bytes as four characters. */
const INFLATED = 4 / 3;
/** For what surrounds an image's text. */
const AROUND_BYTES = 40;

/**
 * All that is stored about a person on a platform, as one JSON file, with their images in it: the newest ones, as many
 * as the chat's largest file holds. The others are named with their sizes, and are in the chat.
 *
 * @throws UserError where a chat can send no file to one person alone, or not even the text fits
 */
export async function exportMyData({
  chat,
  app: { store },
  channel: { platform },
  user,
}: {
  readonly chat: Pick<Chat, "capabilities">;
  readonly app: { readonly store: Pick<AppStore, "images" | "myData" | "styles"> };
  readonly channel: ChannelRef;
  readonly user: User;
}): Promise<OutgoingFile> {
  const most = chat.capabilities.privateFileBytes;
  if (most === undefined) throw new UserError("my-data.no-private-file");
  const { pictures, ...data } = store.myData.read({ platform, user: user.id });
  const styles = data.styles.flatMap(({ picture }) => store.images.info(picture) ?? []);
  const all = [...pictures, ...styles];
  const head = {
    format: FORMAT,
    exportedAt: new Date().toISOString(),
    platform,
    person: { id: user.id, name: user.name },
  };
  const write = (images: readonly object[]) => JSON.stringify({ ...head, ...data, pictures: images }, undefined, 1);
  let left = most - Buffer.byteLength(write(all));
  if (left < 0) throw new UserError("my-data.too-large");
  const content = new Map<string, string>();
  for (const { sha, bytes } of all.toReversed()) {
    const size = Math.ceil(bytes * INFLATED) + AROUND_BYTES;
    if (size > left) continue;
    const image = await store.images.read(sha);
    if (!image) continue;
    content.set(sha, Buffer.from(image).toString("base64"));
    left -= size;
  }
  const bytes = new TextEncoder().encode(write(all.map((image) => ({ ...image, base64: content.get(image.sha) }))));
  return { name: "dreamloom-my-data.json", type: "application/json", bytes };
}
