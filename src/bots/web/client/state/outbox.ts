/**
 * Messages on their way. Those of a channel or thread go one after the other, so that they arrive in their order; what
 * finds the chat out of reach or too busy goes again by itself.
 */
import * as api from "./api.js";
import { giveBack, noteSent } from "./history.js";
import { keep, keptOf } from "./kept.js";
import { applyMessage, dropPending } from "./messages.js";
import { getState, type Pending, setState, type TimelineRef, timelineKey, until } from "./store.js";
import { errorText } from "./toasts.js";

/** While the chat can be reached, a message is tried so often. */
const MOST_TRIES = 6;
const FIRST_PAUSE_MS = 1000;

/** What is kept of a message while it is not sent. */
interface Kept extends TimelineRef {
  readonly text: string;
  readonly repliesTo?: string | undefined;
  readonly picture?: number | undefined;
}

const sending = new Set<string>();

export function sendMessage(ref: TimelineRef, message: Omit<Pending, "nonce" | "error">): void {
  const { text, repliesTo, picture, files } = message;
  const nonce = crypto.randomUUID?.() ?? randomName();
  const unsent: Kept = { ...ref, text, repliesTo, picture };
  // Without its pictures it would be another message.
  if (files.length === 0) keep("unsent", nonce, unsent);
  setPending(timelineKey(ref.channel, ref.thread), { ...message, nonce });
  noteSent({ ...message, nonce });
  void sendAll(ref);
}

/** Takes up what an earlier page has not sent. */
export function resumeSending(): void {
  for (const [nonce, { channel, thread, text, repliesTo, picture }] of keptOf<Kept>("unsent")) {
    setPending(timelineKey(channel, thread), { text, repliesTo, picture, files: [], nonce });
    void sendAll({ channel, thread });
  }
  window.addEventListener("beforeunload", (event) => {
    const unsent = Object.values(getState().pending).flat();
    if (unsent.some(({ files }) => files.length > 0)) event.preventDefault();
  });
}

/**
 * `crypto.randomUUID` exists on https and localhost only; the chat may be open on a plain address in a local network.
 */
function randomName(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Sends again what was refused. */
export function retry(ref: TimelineRef, message: Pending): void {
  setPending(timelineKey(ref.channel, ref.thread), {
    ...message,
    error: undefined,
    refused: undefined,
    sent: undefined,
  });
  void sendAll(ref);
}

/** Takes back what was refused, to be changed where it was written. */
export function mend(ref: TimelineRef, message: Pending): void {
  noteSent(message);
  discard(ref, message.nonce);
  giveBack(ref, message.nonce);
}

/** Sends what was refused without the picture that it was refused for. */
export function sendWithout(ref: TimelineRef, message: Pending, picture: number): void {
  const file = message.files[picture];
  if (file) URL.revokeObjectURL(file.url);
  const files = message.files.filter((each) => each !== file);
  if (files.length === 0 && message.text === "") discard(ref, message.nonce);
  else retry(ref, { ...message, files, refused: undefined });
}

export function discard({ channel, thread }: TimelineRef, nonce: string): void {
  dropPending(timelineKey(channel, thread), nonce);
}

async function sendAll(ref: TimelineRef): Promise<void> {
  const key = timelineKey(ref.channel, ref.thread);
  if (sending.has(key)) return;
  sending.add(key);
  for (let next = nextOf(key); next; next = nextOf(key)) await deliver(ref, key, next);
  sending.delete(key);
}

function nextOf(key: string): Pending | undefined {
  return getState().pending[key]?.find(({ error }) => error === undefined);
}

/** Sends until it has arrived, is refused or discarded: the nonce keeps a second try from making a second message. */
async function deliver(ref: TimelineRef, key: string, message: Pending): Promise<void> {
  const isThere = () => getState().pending[key]?.some(({ nonce }) => nonce === message.nonce) === true;
  for (let tries = 1; isThere(); tries++) {
    try {
      const onSent = (sent: number) => isThere() && setPending(key, { ...message, sent });
      applyMessage(await api.sendMessage(ref, message, onSent));
      dropPending(key, message.nonce);
    } catch (error) {
      const pause = api.pauseAfter(error) ?? FIRST_PAUSE_MS * 2 ** tries;
      if (isThere() && (!api.mayPass(error) || tries >= MOST_TRIES))
        return setPending(key, { ...message, error: errorText(error), refused: api.refusedPicture(error) });
      await until(() => !isThere(), pause);
      if (getState().connection !== "lost") continue;
      await until(({ connection }) => connection !== "lost" || !isThere());
      tries = 0;
    }
  }
}

function setPending(key: string, message: Pending): void {
  const { pending } = getState();
  const list = pending[key] ?? [];
  const index = list.findIndex((each) => each.nonce === message.nonce);
  setState({ pending: { ...pending, [key]: index < 0 ? [...list, message] : list.with(index, message) } });
}
