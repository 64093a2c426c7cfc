import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { loadNewer, loadNewest, loadOlder, markRead } from "../state/actions.js";
import { readThread } from "../state/news.js";
import { getState, type Timeline, type TimelineRef, timelineKey, useStore } from "../state/store.js";

const NEAR_BOTTOM_PX = 80;
const NEAR_TOP_PX = 600;
/** Less may be rounding. */
const UP_PX = 3;
/** How long a message that a link led to stands out. */
const SHOWN_MS = 4_000;

/**
 * Keeps a timeline at the newest message while it is there, and in place while older ones load above; marks what is
 * seen as read.
 */
export function useTimelineScroll(ref: TimelineRef, timeline: Timeline | undefined, pending: number) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const atBottom = useRef(true);
  const [away, setAway] = useState(false);
  const newest = timeline?.messages.at(-1)?.id;
  const hasNewer = timeline?.hasNewer === true;
  /** Where it was scrolled to when that was last known. */
  const top = useRef(0);
  /** How high everything and what is seen of it were when last drawn. */
  const heights = useRef("");
  const look = () => {
    const element = scroller.current;
    if (!element) return;
    const below = element.scrollHeight - element.scrollTop - element.clientHeight;
    // What grows below takes no one away from the bottom, also where its scroll event is still to come; going up does.
    atBottom.current = below < NEAR_BOTTOM_PX || (atBottom.current && element.scrollTop > top.current - UP_PX);
    top.current = element.scrollTop;
  };
  const toBottom = () => {
    const element = scroller.current;
    if (!element) return;
    element.scrollTo({ top: element.scrollHeight, behavior: "instant" });
    top.current = element.scrollTop;
  };
  const toNewest = () => {
    atBottom.current = true;
    heights.current = "";
    if (hasNewer) void loadNewest(ref);
    else toBottom();
  };
  const stay = () => {
    look();
    const { scrollHeight, clientHeight } = scroller.current ?? {};
    const now = `${scrollHeight} ${clientHeight}`;
    // Who is a little above the bottom is not moved by what is drawn again at its old size, as a time that is told.
    if (atBottom.current && !hasNewer && now !== heights.current) toBottom();
    heights.current = now;
  };
  const markSeen = () => {
    const seen = atBottom.current && !hasNewer && document.visibilityState === "visible" && document.hasFocus();
    if (seen && newest !== undefined) markSeenIn(ref, newest);
  };

  useKeepPlace(scroller, timeline?.messages[0]?.id);
  useLayoutEffect(stay);
  useEffect(() => {
    markSeen();
    window.addEventListener("focus", markSeen);
    return () => window.removeEventListener("focus", markSeen);
  }, [newest, timeline?.status]);
  const stays = useRef(stay);
  stays.current = stay;
  useResize([content, scroller], () => stays.current());
  useEffect(() => {
    if (pending > 0) toNewest();
  }, [pending]);
  const answered = useStore((state) => state.answered);
  useEffect(() => {
    if (answered?.key === timelineKey(ref.channel, ref.thread)) toNewest();
  }, [answered]);
  useShowMessage(ref, timeline, () => {
    atBottom.current = false;
    setAway(true);
  });

  const onScroll = () => {
    const element = scroller.current;
    if (!element) return;
    look();
    setAway(!atBottom.current || hasNewer);
    markSeen();
    if (atBottom.current && hasNewer) void loadNewer(ref);
    if (element.scrollTop < NEAR_TOP_PX && timeline?.hasOlder) void loadOlder(ref);
  };
  return { scroller, content, away, onScroll, toNewest };
}

/** Images have their size from the start, but fonts, windows and keyboards come and go. */
function useResize(elements: readonly RefObject<HTMLElement | null>[], onResize: () => void): void {
  useEffect(() => {
    const observer = new ResizeObserver(onResize);
    for (const { current } of elements) if (current) observer.observe(current);
    return () => observer.disconnect();
  }, []);
}

/** Shows the message that the address leads to, as often as it does. */
function useShowMessage({ thread }: TimelineRef, timeline: Timeline | undefined, leave: () => void): void {
  const route = useStore((state) => state.route);
  const { at } = route;
  const isHere = at !== undefined && route.thread === thread && timeline?.messages.some(({ id }) => id === at);
  useEffect(() => {
    const element = isHere ? document.getElementById(`m${at}${thread === undefined ? "" : "t"}`) : undefined;
    if (!element) return;
    leave();
    element.scrollIntoView({ block: "center" });
    element.focus({ preventScroll: true });
    element.animate({ backgroundColor: ["var(--ochre-wash)", "transparent"] }, SHOWN_MS);
  }, [isHere, route]);
}

/** When older messages appear above, moves the view along so that what was seen stays where it was. */
function useKeepPlace(scroller: RefObject<HTMLDivElement | null>, oldest: string | undefined): void {
  const before = useRef<{ oldest: string | undefined; height: number; top: number }>(undefined);
  const element = scroller.current;
  if (element && before.current?.oldest !== oldest) {
    before.current = { oldest: before.current?.oldest, height: element.scrollHeight, top: element.scrollTop };
  }
  useLayoutEffect(() => {
    const now = scroller.current;
    const old = before.current;
    if (now && old?.oldest !== undefined && old.oldest !== oldest)
      now.scrollTop = old.top + (now.scrollHeight - old.height);
    before.current = { oldest, height: 0, top: 0 };
  }, [oldest]);
}

function markSeenIn({ channel, thread }: TimelineRef, newest: string): void {
  if (thread === undefined) markRead(channel, newest);
  else if (getState().news[thread]) readThread({ channel, thread }, newest);
}
