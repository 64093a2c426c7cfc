import type { WireMessage, WirePage } from "../../wire.js";
import { sentence } from "../text/sentences.js";
import * as api from "./api.js";
import { awaitAnswer } from "./awaited.js";
import { answer, focusDraft } from "./drafts.js";
import { applyMessage, applyRemoved, upsert } from "./messages.js";
import { sendMessage } from "./outbox.js";
import { getState, setState, setTimeline, type Timeline, type TimelineRef, timelineKey } from "./store.js";
import { attempt, errorText, toast } from "./toasts.js";

/**
 * Loads the newest page of a channel or thread, or the one around the message that the address leads to, unless it is
 * there.
 */
export async function loadTimeline(ref: TimelineRef): Promise<void> {
  const key = timelineKey(ref.channel, ref.thread);
  const { route, timelines } = getState();
  const around = timelineKey(route.channel ?? "", route.thread) === key ? route.at : undefined;
  const known = timelines[key];
  const isThere = around === undefined ? !known?.hasNewer : known?.messages.some(({ id }) => id === around);
  if (known && known.status !== "failed" && isThere) return;
  await loadAfresh(ref, around);
}

/** Leaves the stretch around an older message. */
export function loadNewest(ref: TimelineRef): Promise<void> {
  return loadAfresh(ref, undefined);
}

/** Fresh loads so far. */
let loads = 0;

async function loadAfresh(ref: TimelineRef, around: string | undefined): Promise<void> {
  const key = timelineKey(ref.channel, ref.thread);
  const load = ++loads;
  setTimeline(key, { load, messages: [], hasOlder: false, status: "loading" });
  try {
    const { messages, hasOlder, hasNewer, root } = await api.loadPage(ref, { around });
    const now = loadedBy(load, key);
    if (!now) return;
    const all = withMeanwhile(messages, now.messages, hasNewer);
    setTimeline(key, { load, messages: all, hasOlder, hasNewer, root, status: "ready" });
    if (around !== undefined && !messages.some(({ id }) => id === around)) toast(sentence("timeline.message-gone"));
  } catch (error) {
    const failed = { load, messages: [], hasOlder: false, status: "failed", error: errorText(error) } as const;
    if (loadedBy(load, key)) setTimeline(key, failed);
  }
}

/** A timeline as it is now; undefined where it was begun again since, or is not there any more. */
function loadedBy(load: number, key: string): Timeline | undefined {
  const timeline = getState().timelines[key];
  return timeline?.load === load ? timeline : undefined;
}

/** A stretch with what has come while a page of it was on its way: states of its messages, and what goes on behind. */
function withMeanwhile(
  stretch: readonly WireMessage[],
  meanwhile: readonly WireMessage[],
  hasNewer: boolean | undefined,
): readonly WireMessage[] {
  const ids = new Set(stretch.map(({ id }) => id));
  const end = Number(stretch.at(-1)?.id ?? 0);
  return meanwhile.filter(({ id }) => ids.has(id) || (!hasNewer && Number(id) > end)).reduce(upsert, stretch);
}

/** Loads a channel, and a thread in it where one is open: through an open socket when that has begun to follow it. */
export function loadTimelines(channel: string, thread: string | undefined): void {
  void loadTimeline({ channel });
  if (thread !== undefined && getState().connection !== "open") void loadTimeline({ channel, thread });
}

/** The page before an unbroken stretch. */
export function loadOlder(ref: TimelineRef): Promise<void> {
  return extend(ref, "before");
}

/** The page after an older stretch; at the end of it all that comes is shown again. */
export function loadNewer(ref: TimelineRef): Promise<void> {
  return extend(ref, "after");
}

/** One page at a time, which is joined on where the timeline is still the same. */
async function extend(ref: TimelineRef, side: "before" | "after"): Promise<void> {
  const key = timelineKey(ref.channel, ref.thread);
  const timeline = getState().timelines[key];
  const end = timeline?.messages.at(side === "before" ? 0 : -1);
  const hasMore = side === "before" ? timeline?.hasOlder : timeline?.hasNewer;
  if (!timeline || !end || !hasMore || timeline.aside) return;
  const { load } = timeline;
  setTimeline(key, { ...timeline, aside: [] });
  await attempt(async () => {
    const page = await api.loadPage(ref, { [side]: end.id });
    const now = loadedBy(load, key);
    if (now) setTimeline(key, joined(now, page, side));
  });
  const after = loadedBy(load, key);
  if (after) setTimeline(key, { ...after, aside: undefined });
}

function joined(timeline: Timeline, page: WirePage, side: "before" | "after"): Timeline {
  const { messages, aside = [] } = timeline;
  if (side === "before") {
    const all = withMeanwhile(messages.reduce(upsert, page.messages), aside, timeline.hasNewer);
    return { ...timeline, messages: all, hasOlder: page.hasOlder };
  }
  const all = withMeanwhile(page.messages.reduce(upsert, messages), aside, page.hasNewer);
  return { ...timeline, messages: all, hasNewer: page.hasNewer };
}

export function toggleReaction(message: WireMessage, emoji: string): void {
  const me = getState().session?.me.id;
  const people = message.reactions.find((each) => each.emoji === emoji)?.people ?? [];
  const on = !people.some((user) => user.id === me);
  // One that the bot offers does something.
  if (on && people.some((user) => user.bot)) awaitAnswer(message);
  void attempt(() => api.react(message.id, emoji, on));
}

export async function removeMessage(message: WireMessage): Promise<void> {
  await attempt(async () => {
    await api.removeMessage(message.id);
    applyRemoved(message);
  });
}

export async function pressButton(message: WireMessage, action: string): Promise<void> {
  if (message.buttons.find(({ id }) => id === action)?.style !== "danger") awaitAnswer(message);
  await attempt(() => api.press(message.id, action));
}

/**
 * Asks the bot something about a message's pictures, as a message of one's own.
 * @param picture which one, from 0; all of them where it is left out
 */
export function askAbout(
  command: "see" | "made",
  { id: repliesTo }: WireMessage,
  { inThread, picture }: { readonly inThread: boolean; readonly picture?: number | undefined },
): void {
  const { channel, thread } = getState().route;
  if (channel === undefined) return;
  const place = { channel, thread: inThread ? thread : undefined };
  sendMessage(place, { text: `/${command}`, files: [], repliesTo, picture });
}

/** Changes what one has said. Rejects with why that cannot be. */
export async function editMessage({ id }: WireMessage, text: string): Promise<void> {
  applyMessage(await api.editMessage(id, text));
}

/** Makes the next message an answer to this one, and moves the cursor to where it is written. */
export function startReply(message: WireMessage, inThread: boolean): void {
  const { channel, thread } = getState().route;
  if (channel === undefined) return;
  const key = timelineKey(channel, inThread ? thread : undefined);
  answer(key, message);
  focusDraft(key);
}

/** Whether the person sees a channel right now. */
export function isShown(channel: string): boolean {
  return getState().route.channel === channel && document.visibilityState === "visible" && document.hasFocus();
}

const reading = new Map<string, number>();

/** Notes that a channel has been read up to a message; the server is told a little later, once for many. */
export function markRead(channel: string, message: string): void {
  const { channels } = getState();
  const known = channels.find((each) => each.id === channel);
  if (!known || (Number(known.read) >= Number(message) && known.unread === 0)) return;
  setState({
    channels: channels.map((each) => (each.id === channel ? { ...each, read: message, unread: 0, mentions: 0 } : each)),
  });
  clearTimeout(reading.get(channel));
  // A lost mark only means that a message counts as unread once more.
  reading.set(
    channel,
    window.setTimeout(() => void api.markRead(channel, message).catch(() => undefined), 700),
  );
}
