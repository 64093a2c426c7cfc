import type { WireChannel, WireChannelState, WireMessage, WirePassing, WirePerson, WireRemoved } from "../../wire.js";
import { sentence } from "../text/sentences.js";
import { keep } from "./kept.js";
import { tellOfMention } from "./news.js";
import { go, goHome } from "./route.js";
import { getState, setState, setTimeline, type Timeline, timelineKey } from "./store.js";
import { toast } from "./toasts.js";

/** Puts a message's state into a sorted list, unless a newer one is there. */
export function upsert(messages: readonly WireMessage[], message: WireMessage): readonly WireMessage[] {
  const index = messages.findIndex((each) => each.id === message.id);
  const old = messages[index];
  if (old) return old.rev >= message.rev ? messages : messages.with(index, message);
  const after = messages.findLastIndex((each) => Number(each.id) < Number(message.id));
  return messages.toSpliced(after + 1, 0, message);
}

/** Takes in the present state of a message: new, edited, reacted to, or with news from its thread. */
export function applyMessage(message: WireMessage): void {
  const { timelines } = getState();
  const key = timelineKey(message.channel, message.thread);
  const timeline = timelines[key];
  // While a page is under way, what the socket brings is kept to be merged with it.
  if (timeline && timeline.status !== "failed") {
    const { messages, aside } = timeline;
    if (isInLoadedStretch(timeline, message)) setTimeline(key, { ...timeline, messages: upsert(messages, message) });
    else if (aside) setTimeline(key, { ...timeline, aside: upsert(aside, message) });
  }
  const ownThread = timelineKey(message.channel, message.id);
  const thread = timelines[ownThread];
  if (thread?.root && thread.root.rev < message.rev) setTimeline(ownThread, { ...thread, root: message });
  if (message.nonce) dropPending(key, message.nonce);
}

/** An old message outside what is loaded comes with its page, not alone: alone it would leave a gap. */
function isInLoadedStretch(timeline: Timeline, message: WireMessage): boolean {
  const [oldest, newest] = [timeline.messages[0], timeline.messages.at(-1)];
  if (timeline.hasNewer && newest && Number(message.id) > Number(newest.id)) return false;
  return !timeline.hasOlder || oldest === undefined || Number(message.id) >= Number(oldest.id);
}

/** Takes in what a message shows for the moment, where it is loaded. */
export function applyPassing(frame: WirePassing): void {
  const { id, channel, thread } = frame;
  const key = timelineKey(channel, thread);
  const timeline = getState().timelines[key];
  const index = timeline?.messages.findIndex((each) => each.id === id) ?? -1;
  const message = timeline?.messages[index];
  if (timeline && message)
    setTimeline(key, { ...timeline, messages: timeline.messages.with(index, passing(message, frame)) });
  const ownThread = timelineKey(channel, id);
  const own = getState().timelines[ownThread];
  if (own?.root) setTimeline(ownThread, { ...own, root: passing(own.root, frame) });
}

function passing({ progress: bar, countdown: time, ...message }: WireMessage, frame: WirePassing): WireMessage {
  const { text = message.text, buttons = message.buttons, progress = bar, hasThread = message.hasThread } = frame;
  const { countdown = time } = frame;
  const shown = { ...message, text, buttons, ...(progress && { progress }), ...(hasThread && { hasThread }) };
  return countdown ? { ...shown, countdown } : shown;
}

export function applyRemoved(frame: WireRemoved): void {
  const key = timelineKey(frame.channel, frame.thread);
  const timeline = getState().timelines[key];
  if (timeline) setTimeline(key, { ...timeline, messages: timeline.messages.filter((each) => each.id !== frame.id) });
  const ownThread = timelineKey(frame.channel, frame.id);
  if (getState().timelines[ownThread]) {
    const { [ownThread]: _gone, ...timelines } = getState().timelines;
    setState({ timelines });
    if (getState().route.thread === frame.id) go(frame.channel);
  }
}

/**
 * Notes up to which rev the socket has brought everything. Only its frames count: an answer over HTTP may be ahead of
 * changes that the socket has yet to bring, and resuming after it would lose those.
 */
export function noteRev(rev: number): void {
  if (rev > getState().rev) setState({ rev });
}

/** Forgets a message that has arrived or was discarded. */
export function dropPending(key: string, nonce: string): void {
  keep("unsent", nonce, undefined);
  const { pending } = getState();
  const list = pending[key];
  if (!list?.some((each) => each.nonce === nonce)) return;
  for (const { url } of list.find((each) => each.nonce === nonce)?.files ?? []) URL.revokeObjectURL(url);
  setState({ pending: { ...pending, [key]: list.filter((each) => each.nonce !== nonce) } });
}

export function applyChannel(channel: WireChannel): void {
  const { channels } = getState();
  const index = channels.findIndex(({ id }) => id === channel.id);
  setState({ channels: index < 0 ? [...channels, channel] : channels.with(index, channel) });
}

/** A channel has another name, or is archived or open again. */
export function applyChannelState(channel: WireChannelState): void {
  const channels = getState().channels.map((each) => (each.id === channel.id ? { ...each, ...channel } : each));
  setState({ channels });
}

export function applyChannelGone(id: string): void {
  const { channels, timelines } = getState();
  const left = Object.entries(timelines).filter(([key]) => key !== id && !key.startsWith(`${id}/`));
  setState({ channels: channels.filter((each) => each.id !== id), timelines: Object.fromEntries(left) });
  leaveGone(channels.find((each) => each.id === id)?.name ?? id);
}

/** Leaves a channel that is not there any more. */
export function leaveGone(name?: string): void {
  const { channels, route } = getState();
  if (route.channel === undefined || channels.some(({ id }) => id === route.channel)) return;
  toast(sentence("channel.gone", { name: name ?? route.channel }));
  goHome();
}

/** Shows a person's new name wherever they are named. */
export function applyPerson(person: WirePerson): void {
  const named = (each: WirePerson): WirePerson => (each.id === person.id ? person : each);
  const inMessage = (message: WireMessage): WireMessage => {
    const { repliesTo, reactions } = message;
    return {
      ...message,
      author: named(message.author),
      mentions: message.mentions.map(named),
      reactions: reactions.map((reaction) => ({ ...reaction, people: reaction.people.map(named) })),
      ...(repliesTo && { repliesTo: { ...repliesTo, author: named(repliesTo.author) } }),
    };
  };
  const timelines = Object.entries(getState().timelines).map(([key, timeline]) => {
    const root = timeline.root && inMessage(timeline.root);
    return [key, { ...timeline, messages: timeline.messages.map(inMessage), root }] as const;
  });
  setState({ timelines: Object.fromEntries(timelines) });
}

/** A new message in a channel that is not being looked at counts as unread. */
export function countUnread(message: WireMessage, shown: boolean): void {
  const { channels, session } = getState();
  if (message.thread !== undefined || message.author.id === session?.me.id || message.private) return;
  const mentioned = message.mentions.some((user) => user.id === session?.me.id);
  const known = channels.find(({ id }) => id === message.channel);
  if (mentioned && !shown && Number(message.id) > Number(known?.last ?? message.id)) tellOfMention(message);
  setState({
    channels: channels.map((channel) => {
      if (channel.id !== message.channel || Number(message.id) <= Number(channel.last)) return channel;
      const unread = shown ? channel.unread : Math.min(99, channel.unread + 1);
      return { ...channel, last: message.id, unread, mentions: channel.mentions + (mentioned && !shown ? 1 : 0) };
    }),
  });
}
