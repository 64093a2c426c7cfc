import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Logger } from "pino";
import type { Picture } from "../../port/messages.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { type ChannelHub, channelRef } from "./channel-hub.js";
import type { WebChatOptions } from "./options.js";

/** What can be made of the sample at once, as buttons below it. */
const FIRST_LINES = [
  { line: "/dream look:creatures", label: "web.welcome.dream", emoji: "🦎" },
  { line: "/stylize woodcut", label: "web.welcome.paint", emoji: "🌊" },
  { line: "/dream into:castle", label: "web.welcome.castle", emoji: "🏰" },
] as const;

/** Begins the id of a button that says a line for who presses it. */
const SAYS = "line:";

/** The line that a button says; undefined for any other button. */
export function lineOf(action: string): string | undefined {
  return action.startsWith(SAYS) ? action.slice(SAYS.length) : undefined;
}

type Sample = Pick<WebChatOptions, "samplePicture" | "sampleDescription" | "sampleCredit">;

/**
 * On the first start: a channel `#art` with a welcome and, where there is one, a sample image, so that `/dream` works
 * at once.
 */
export async function welcome(hub: ChannelHub, sample: Sample, logger: Logger): Promise<void> {
  if (hub.parts.store.channels().length > 0) return;
  hub.parts.store.addChannel("art", sentence("web.art-topic"));
  const pictures = await sampleImages(sample, logger);
  const buttons = FIRST_LINES.map(({ line, label, emoji }) => ({ id: SAYS + line, label: sentence(label), emoji }));
  const text = sentence("web.welcome", { sample: pictures.length > 0 });
  await hub.botSays(channelRef("art"), { text, pictures, ...(pictures.length > 0 && { buttons }) });
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
