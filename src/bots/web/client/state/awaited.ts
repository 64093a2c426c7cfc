/**
 * What one has set off with a button or by choosing an offered emoji is answered at the end of the timeline: one is
 * taken there, wherever in it one has pressed.
 */
import type { WireMessage } from "../../wire.js";
import { getState, setState, timelineKey } from "./store.js";

/** An emoji of a palette counts only after some seconds, since more may be chosen. */
const WAIT_MS = 10_000;

let awaited: { readonly key: string; readonly after: number; readonly until: number } | undefined;

/** Begins to wait for the answer to what was done to a message. */
export function awaitAnswer({ id, channel, thread }: WireMessage): void {
  const key = timelineKey(channel, thread);
  const { channels, timelines } = getState();
  const known = [id, channels.find((each) => each.id === channel)?.last, timelines[key]?.messages.at(-1)?.id];
  awaited = { key, after: Math.max(...known.map((each) => Number(each ?? 0))), until: Date.now() + WAIT_MS };
}

/** Takes a message that has come for the answer, where it may be that. */
export function followAnswer({ id, channel, thread, author }: WireMessage): void {
  const key = timelineKey(channel, thread);
  if (!awaited || !author.bot || awaited.key !== key || Number(id) <= awaited.after) return;
  if (Date.now() <= awaited.until) setState({ answered: { key, id } });
  awaited = undefined;
}
