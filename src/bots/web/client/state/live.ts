import type { WireFrame, WireWatch } from "../../wire.js";
import { isShown, loadTimeline } from "./actions.js";
import { applyMessage, applyRemoved, countUnread, noteRev } from "./messages.js";
import { getState, setState } from "./store.js";

const firstDelayMs = 400;
const longestDelayMs = 15_000;

let socket: WebSocket | undefined;
let delay = firstDelayMs;
let timer: number | undefined;

/** Keeps a socket open for as long as the page lives; after a break it resumes from the last change seen. */
export function connect(): void {
  clearTimeout(timer);
  const url = new URL("/api/live", window.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.searchParams.set("since", String(getState().rev));
  const opened = new WebSocket(url);
  socket = opened;
  opened.onmessage = (event) => {
    if (socket === opened) receive(JSON.parse(String(event.data)) as WireFrame);
  };
  opened.onclose = (event) => {
    if (socket !== opened) return;
    socket = undefined;
    setState({ connection: "lost" });
    if (event.code === 4001 && event.reason) setState({ fatal: event.reason });
    else timer = window.setTimeout(connect, delay * (0.75 + Math.random() / 2));
    delay = Math.min(longestDelayMs, delay * 1.7);
  };
}

/** Tries at once: the network or the tab has come back. */
export function reconnectNow(): void {
  if (getState().connection !== "lost" || socket || getState().fatal) return;
  delay = firstDelayMs;
  connect();
}

/** Asks to be told of the program's state while the page about it is open, and no longer. Called whenever that, or the socket, has changed. */
export function watchAdmin(): void {
  const open = getState().route.admin === true;
  const message: WireWatch = { watch: open ? "admin" : "nothing" };
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  if (!open && getState().admin) setState({ admin: undefined });
}

function receive(frame: WireFrame): void {
  switch (frame.kind) {
    case "session":
      setState({ session: frame.session, channels: frame.session.channels });
      watchAdmin();
      break;
    case "message":
      countUnread(frame.message, isShown(frame.message.channel));
      applyMessage(frame.message);
      noteRev(frame.message.rev);
      break;
    case "removed":
      applyRemoved(frame);
      noteRev(frame.rev);
      break;
    case "channels":
      setState({ channels: frame.channels });
      break;
    case "me": {
      const { session } = getState();
      if (session) setState({ session: { ...session, me: frame.me } });
      break;
    }
    case "admin":
      setState({ admin: { state: frame.admin, receivedAt: Date.now() } });
      break;
    case "synced":
      delay = firstDelayMs;
      noteRev(frame.rev);
      setState({ connection: "open" });
      break;
    case "reset": {
      delay = firstDelayMs;
      setState({ rev: frame.rev, timelines: {}, connection: "open" });
      const { channel, thread } = getState().route;
      if (channel !== undefined) void loadTimeline(channel);
      if (channel !== undefined && thread !== undefined) void loadTimeline(channel, thread);
    }
  }
}
