import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Logger } from "pino";
import type { Picture } from "../../port/messages.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { type ChannelHub, channelRef } from "./channel-hub.js";
import type { WebChatOptions } from "./options.js";

type Sample = Pick<WebChatOptions, "samplePicture" | "sampleDescription" | "sampleCredit">;

/**
 * On the first start: a channel `#art` with a welcome and, where there is one, a sample image, so that `/dream` works
 * at once.
 */
export async function welcome(hub: ChannelHub, sample: Sample, logger: Logger): Promise<void> {
  if (hub.parts.store.channels().length > 0) return;
  hub.parts.store.addChannel("art", sentence("web.art-topic"));
  const pictures = await sampleImages(sample, logger);
  await hub.botSays(channelRef("art"), { text: sentence("web.welcome"), pictures });
}

async function sampleImages(
  { samplePicture, sampleDescription: description, sampleCredit: credit }: Sample,
  logger: Logger,
): Promise<Picture[]> {
  if (samplePicture === undefined) return [];
  try {
    const bytes = await readFile(samplePicture);
    const name = basename(samplePicture);
    return [{ bytes, name, type: "", ...(description && { description }), ...(credit && { credit }) }];
  } catch (error) {
    logger.warn({ err: error, samplePicture }, "the sample image could not be read; #art starts without it");
    return [];
  }
}
