import { focusDraft, setDraft } from "./drafts.js";
import { getState, type Pending, setReplying, type TimelineRef, timelineKey } from "./store.js";

/** Lines that can be called back with the arrow keys. */
const MOST_LINES = 50;
/** Messages whose pictures are held until it is known whether their line was refused. */
const MOST_SENT = 6;

/** By who wrote them: another person may come in with this browser. */
const keptAs = () => `lines ${getState().session?.me.id ?? ""}`;

let lines: readonly string[] | undefined;
const sent = new Map<string, Pending>();

/** What was sent from this browser, the newest last. */
export function sentLines(): readonly string[] {
  lines ??= readLines();
  return lines;
}

function readLines(): readonly string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(keptAs()) ?? "[]");
    return Array.isArray(stored) ? stored.filter((line) => typeof line === "string").slice(-MOST_LINES) : [];
  } catch {
    return [];
  }
}

/** Notes a message that is being sent, for the arrow keys, and for {@link giveBack}. */
export function noteSent(message: Pending): void {
  sent.delete(message.nonce);
  sent.set(message.nonce, message);
  for (const oldest of [...sent.keys()].slice(0, -MOST_SENT)) sent.delete(oldest);
  const { text } = message;
  if (text === "") return;
  lines = [...sentLines().filter((line) => line !== text), text].slice(-MOST_LINES);
  try {
    localStorage.setItem(keptAs(), JSON.stringify(lines));
  } catch {
    // Storage may be forbidden or full; the lines then last as long as the page.
  }
}

/** Puts a message that came to nothing back where it was written, unless something else is being written there. */
export function giveBack({ channel, thread }: TimelineRef, nonce: string): void {
  const message = sent.get(nonce);
  const key = timelineKey(channel, thread);
  const draft = getState().drafts[key];
  if (!message || (draft && (draft.text !== "" || draft.files.length > 0))) return;
  sent.delete(nonce);
  // The addresses of before end with the message that was sent.
  const files = message.files.map((each) => ({ ...each, url: URL.createObjectURL(each.file) }));
  setDraft(key, { text: message.text, files });
  const answered = getState().timelines[key]?.messages.find(({ id }) => id === message.repliesTo);
  setReplying(key, answered);
  focusDraft(key);
}
