import { setImmediate as breathe } from "node:timers/promises";
import { DAY_MS, HOUR_MS } from "../../shared/time.js";
import type { ChannelHub } from "./channel-hub.js";
import { storedImages } from "./store.js";

/** How long and how much of the chat is kept; 0 sets no bound. */
export interface ChatRetentionLimits {
  /** Messages go that are older, with their reactions and pictures; what is answered in a thread stays with it. */
  readonly days: number;
  /** Mebibytes of pictures; beyond them the oldest messages that show some go. */
  readonly megabytes: number;
}

/** Messages removed at a time: between two batches the event loop runs. */
const BATCH = 25;
/** The same of a deleted channel: pages are not told of each. */
const DROPPED = 250;

/**
 * Removes what is old or too much, so that the chat's folder does not grow for ever. Those who have the page open see
 * it go; the rows themselves go the next time, as pages that come back must be told.
 */
export async function applyRetention(hub: ChannelHub, limits: ChatRetentionLimits, signal: AbortSignal): Promise<void> {
  const { store, users, marks, files } = hub.parts;
  users.prune();
  marks.prune();
  store.prunePrivate();
  await emptyDeletedChannels(hub);
  const before = limits.days > 0 ? Date.now() - limits.days * DAY_MS : 0;
  const first = store.firstKept(before, hub.parts.limits.messages);
  store.dropRemoved(first);
  await files.sweep((sha) => store.pictureIsUsed(sha));
  for (let ids = store.oldest(first, BATCH); ids.length > 0 && !signal.aborted; ids = store.oldest(first, BATCH)) {
    for (const id of ids) hub.remove(id);
    await breathe();
  }
  if (limits.megabytes > 0) await fitPictures(hub, limits.megabytes * 1024 * 1024, signal);
}

/**
 * Removes what deleted channels held, and the pictures that nothing else shows. What a stop leaves is done at the next
 * start.
 */
export async function emptyDeletedChannels({ parts: { store, files } }: ChannelHub): Promise<void> {
  const shown = new Set<string>();
  for (let channel = store.deletedChannel(); channel !== undefined; channel = store.deletedChannel()) {
    const rows = store.dropFrom(channel, DROPPED);
    for (const { sha } of rows.flatMap(storedImages)) shown.add(sha);
    await breathe();
  }
  if (shown.size > 0) await files.sweep((sha) => store.pictureIsUsed(sha), shown);
}

async function fitPictures(hub: ChannelHub, most: number, signal: AbortSignal): Promise<void> {
  const { store, files } = hub.parts;
  let left = await files.bytes();
  while (left > most && !signal.aborted) {
    const gone = new Set<string>();
    for (const row of store.oldestWithPictures(BATCH)) {
      if (left <= most) break;
      for (const { sha, bytes } of storedImages(row)) {
        left -= bytes;
        gone.add(sha);
      }
      hub.remove(row.id);
    }
    if (gone.size === 0) return;
    await files.sweep((sha) => store.pictureIsUsed(sha), gone);
  }
}

/** Applies retention every hour from now on. Failures are logged. */
export function repeatRetention(hub: ChannelHub, limits: ChatRetentionLimits, signal: AbortSignal): void {
  const timer = setInterval(async () => {
    try {
      await applyRetention(hub, limits, signal);
    } catch (error) {
      if (!signal.aborted) hub.parts.logger.error({ err: error }, "old messages could not be removed");
    }
  }, HOUR_MS);
  timer.unref();
  signal.addEventListener("abort", () => clearInterval(timer));
}
