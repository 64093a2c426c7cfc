import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Logger } from "pino";
import { type ChannelHub, channelRef } from "./channel-hub.js";
import type { WebChatOptions } from "./options.js";

const hello = [
  "**Welcome to the studio.** Give me a picture and I will dream into it, or paint it in another style.",
  "Drop a photo here, or start with this one: type `/dream`, or `/stylize` and choose a style by its emoji. I answer in a thread, where you watch the picture grow.",
].join("\n");

/** On the first start: a channel `#art` with a welcome and, where there is one, a sample picture, so that `/dream` works at once. */
export async function welcome(
  hub: ChannelHub,
  {
    samplePicture,
    sampleDescription,
    sampleCredit,
  }: Pick<WebChatOptions, "samplePicture" | "sampleDescription" | "sampleCredit">,
  logger: Logger,
): Promise<void> {
  if (hub.parts.store.channels().length > 0) return;
  const pictures = [];
  if (samplePicture !== undefined) {
    try {
      const description = sampleDescription === undefined ? {} : { description: sampleDescription };
      pictures.push({
        bytes: await readFile(samplePicture),
        name: basename(samplePicture),
        type: "application/octet-stream",
        ...description,
        ...(sampleCredit === undefined ? {} : { credit: sampleCredit }),
      });
    } catch (error) {
      logger.warn(
        { err: error, samplePicture },
        "the sample picture could not be read; the first channel starts without it",
      );
    }
  }
  hub.parts.store.addChannel("art", "Pictures, dreams and paintings");
  await hub.botSays(channelRef("art"), { text: hello, pictures });
}
