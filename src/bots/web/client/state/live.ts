import { CLOSED, type WireFrame, type WireWatch } from "../../wire.js";
import { isShown, loadTimeline } from "./actions.js";
import { refusalOfAll } from "./api.js";
import { followAnswer } from "./awaited.js";
import { renewPictures } from "./broken-pictures.js";
import { giveBack } from "./history.js";
import {
  applyChannel,
  applyChannelGone,
  applyChannelState,
  applyMessage,
  applyPassing,
  applyPerson,
  applyRemoved,
  countUnread,
  leaveGone,
  noteRev,
} from "./messages.js";
import { applyNews, setNews } from "./news.js";
import { endPress, whenLifted } from "./press.js";
import { goHome } from "./route.js";
import { getState, setMe, setState } from "./store.js";

const FIRST_DELAY_MS = 400;
const LONGEST_DELAY_MS = 15_000;

let socket: WebSocket | undefined;
let delay = FIRST_DELAY_MS;
let timer: number | undefined;
/** This page has been let in before. */
let wasIn = false;

/** Keeps a socket open for as long as the page lives; after a break it resumes from the last change seen. */
export function connect(): void {
  clearTimeout(timer);
  const url = new URL("api/live", window.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.searchParams.set("since", String(getState().rev));
  const opened = new WebSocket(url);
  let accepted = false;
  socket = opened;
  opened.onopen = () => {
    accepted = true;
  };
  opened.onmessage = (event) => {
    if (socket !== opened) return;
    const frames = JSON.parse(String(event.data)) as WireFrame | WireFrame[];
    whenLifted(() => {
      for (const frame of [frames].flat()) receive(frame);
    });
  };
  opened.onclose = (event) => {
    if (socket !== opened) return;
    // The next socket goes on from the last change seen.
    endPress();
    socket = undefined;
    setState({ connection: "lost" });
    const isOut = event.code === CLOSED.forGood || (event.code === CLOSED.full && !wasIn);
    if (isOut && event.reason) setState({ fatal: event.reason });
    else timer = window.setTimeout(connect, delay * (0.75 + Math.random() / 2));
    delay = Math.min(LONGEST_DELAY_MS, delay * 1.7);
    if (!accepted) void explain();
  };
}

/** A socket that is refused does not say why, as behind a proxy that changes the chat's name; a request does. */
async function explain(): Promise<void> {
  const fatal = await refusalOfAll();
  if (fatal === undefined) return;
  clearTimeout(timer);
  setState({ fatal });
}

/** Tries at once: the network or the tab has come back. */
export function reconnectNow(): void {
  if (getState().connection !== "lost" || socket || getState().fatal) return;
  delay = FIRST_DELAY_MS;
  connect();
}

/**
 * Asks for what the page shows: the program's state, a thread's messages. Called whenever that, or the socket, has
 * changed.
 */
export function watchRoute(): void {
  const { admin, thread = null } = getState().route;
  const open = admin === true;
  const message: WireWatch = { watch: open ? "admin" : "nothing", thread };
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  if (!open && getState().admin) setState({ admin: undefined });
}

function receive(frame: WireFrame): void {
  switch (frame.kind) {
    case "session":
      setState({
        session: frame.session,
        channels: frame.session.channels,
        ahead: Date.now() - frame.session.now,
      });
      setNews(frame.session.news);
      leaveGone();
      watchRoute();
      break;
    case "message":
      countUnread(frame.message, isShown(frame.message.channel));
      applyMessage(frame.message);
      followAnswer(frame.message);
      noteRev(frame.message.rev);
      break;
    case "removed":
      applyRemoved(frame);
      noteRev(frame.rev);
      break;
    case "passing":
      applyPassing(frame);
      break;
    case "channel":
      applyChannel(frame.channel);
      break;
    case "channel-state":
      applyChannelState(frame.channel);
      break;
    case "channel-gone":
      applyChannelGone(frame.id);
      break;
    case "news":
      applyNews(frame.news);
      break;
    case "refused":
      giveBack(frame, frame.nonce);
      break;
    case "person":
      applyPerson(frame.person);
      break;
    case "me":
      setMe(frame.me);
      if (getState().route.admin && !frame.me.moderator) goHome();
      break;
    case "admin":
      setState({ admin: { state: frame.admin, receivedAt: Date.now() } });
      break;
    case "following": {
      const { channel, thread } = getState().route;
      if (channel !== undefined && thread !== undefined && thread === frame.thread)
        void loadTimeline({ channel, thread });
      break;
    }
    case "synced":
      wasIn = true;
      delay = FIRST_DELAY_MS;
      noteRev(frame.rev);
      setState({ connection: "open" });
      renewPictures();
      break;
    case "reset": {
      wasIn = true;
      delay = FIRST_DELAY_MS;
      setState({ rev: frame.rev, timelines: {}, connection: "open" });
      const { channel, thread } = getState().route;
      if (channel !== undefined) void loadTimeline({ channel });
      if (channel !== undefined && thread !== undefined) void loadTimeline({ channel, thread });
    }
  }
}
