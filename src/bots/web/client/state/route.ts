import { loadTimeline } from "./actions.js";
import { getState, type Route, setState } from "./store.js";

/** Addresses are `#/art` for a channel and `#/art/12` for the thread on message 12. */
export function readRoute(): Route {
  const [, channel, thread] = window.location.hash.split("/");
  return { channel: channel ? decode(channel) : undefined, thread: thread && /^\d+$/.test(thread) ? thread : undefined };
}

export function hrefOf(channel: string, thread?: string): string {
  return `#/${encodeURIComponent(channel)}${thread === undefined ? "" : `/${thread}`}`;
}

export function go(channel: string, thread?: string): void {
  window.location.hash = hrefOf(channel, thread);
}

/** Follows the address bar, and loads what it points to. */
export function followRoute(): void {
  const follow = () => {
    const route = readRoute();
    const { channels } = getState();
    const channel = channels.some((each) => each.id === route.channel)
      ? route.channel
      : (channels.find((each) => each.id === "art") ?? channels[0])?.id;
    if (channel === undefined) return;
    if (channel !== route.channel) return window.location.replace(hrefOf(channel));
    setState({ route });
    void loadTimeline(channel);
    if (route.thread !== undefined) void loadTimeline(channel, route.thread);
  };
  window.addEventListener("hashchange", follow);
  follow();
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
