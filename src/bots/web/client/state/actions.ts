import type { WireMessage } from "../../wire.js";
import * as api from "./api.js";
import { applyMessage, applyRemoved, dropPending, upsert } from "./messages.js";
import { type Draft, getState, type Pending, setState, setTimeline, timelineKey, toast } from "./store.js";

/** Loads the newest page of a channel or thread, unless it is there. */
export async function loadTimeline(channel: string, thread?: string): Promise<void> {
  const key = timelineKey(channel, thread);
  const known = getState().timelines[key];
  if (known && known.status !== "failed") return;
  setTimeline(key, { messages: [], hasOlder: false, status: "loading" });
  try {
    const { messages, hasOlder, root } = await api.loadPage(channel, thread, undefined);
    const meanwhile = getState().timelines[key]?.messages ?? [];
    setTimeline(key, { messages: meanwhile.reduce(upsert, messages), hasOlder, root, status: "ready" });
  } catch (error) {
    setTimeline(key, { messages: [], hasOlder: false, status: "failed", error: api.errorText(error) });
  }
}

let loadingOlder = false;

export async function loadOlder(channel: string, thread?: string): Promise<void> {
  const key = timelineKey(channel, thread);
  const timeline = getState().timelines[key];
  const oldest = timeline?.messages[0];
  if (!timeline?.hasOlder || !oldest || loadingOlder) return;
  loadingOlder = true;
  try {
    const { messages, hasOlder } = await api.loadPage(channel, thread, oldest.id);
    const now = getState().timelines[key];
    if (now) setTimeline(key, { ...now, hasOlder, messages: now.messages.reduce(upsert, messages) });
  } catch (error) {
    toast(api.errorText(error));
  } finally {
    loadingOlder = false;
  }
}

export function sendMessage(
  channel: string,
  thread: string | undefined,
  text: string,
  files: readonly Draft[],
  repliesTo: WireMessage | undefined,
): void {
  void deliver(channel, thread, { nonce: crypto.randomUUID?.() ?? randomName(), text, files, repliesTo });
}

/** `crypto.randomUUID` exists on https and localhost only; the chat may be open on a plain address in a local network. */
function randomName(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Sends, or sends again: the nonce keeps a second try from making a second message. */
export async function deliver(channel: string, thread: string | undefined, message: Pending): Promise<void> {
  const key = timelineKey(channel, thread);
  const { error: _old, ...fresh } = message;
  setPending(key, fresh);
  try {
    const { nonce, text, files, repliesTo } = message;
    applyMessage(await api.sendMessage({ channel, thread, text, files, nonce, repliesTo: repliesTo?.id }));
    dropPending(key, nonce);
  } catch (error) {
    setPending(key, { ...fresh, error: api.errorText(error) });
  }
}

export function discard(channel: string, thread: string | undefined, nonce: string): void {
  dropPending(timelineKey(channel, thread), nonce);
}

function setPending(key: string, message: Pending): void {
  const { pending } = getState();
  const list = pending[key] ?? [];
  const index = list.findIndex((each) => each.nonce === message.nonce);
  setState({ pending: { ...pending, [key]: index < 0 ? [...list, message] : list.with(index, message) } });
}

export function toggleReaction(message: WireMessage, emoji: string): void {
  const me = getState().session?.me.id;
  const on = !message.reactions.find((each) => each.emoji === emoji)?.people.some((user) => user.id === me);
  void attempt(() => api.react(message.id, emoji, on));
}

export async function removeMessage(message: WireMessage): Promise<void> {
  const { id, channel, thread, rev } = message;
  await attempt(async () => {
    await api.removeMessage(id);
    applyRemoved({ id, channel, rev, ...(thread === undefined ? {} : { thread }) });
  });
}

export async function pressButton(message: WireMessage, action: string): Promise<void> {
  await attempt(() => api.press(message.id, action));
}

async function attempt(operation: () => Promise<unknown>): Promise<void> {
  try {
    await operation();
  } catch (error) {
    toast(api.errorText(error));
  }
}

/** Whether the person sees a channel right now. */
export function isShown(channel: string): boolean {
  return getState().route.channel === channel && document.visibilityState === "visible" && document.hasFocus();
}

const reading = new Map<string, number>();

/** Notes that a channel has been read up to a message; the server hears of it a little later, once for many. */
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
