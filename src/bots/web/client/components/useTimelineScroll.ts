import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { loadOlder, markRead } from "../state/actions.js";
import type { Timeline, TimelineRef } from "../state/store.js";

const NEAR_BOTTOM_PX = 80;
const NEAR_TOP_PX = 600;

/**
 * Keeps a timeline at the newest message while it is there, and in place while older ones load above; marks what is
 * seen as read.
 */
export function useTimelineScroll(ref: TimelineRef, timeline: Timeline | undefined, pending: number) {
  const { channel, thread } = ref;
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const atBottom = useRef(true);
  const [away, setAway] = useState(false);
  const newest = timeline?.messages.at(-1)?.id;
  const toBottom = () => scroller.current?.scrollTo({ top: scroller.current.scrollHeight, behavior: "instant" });
  const stay = () => {
    if (atBottom.current) toBottom();
  };
  const markSeen = () => {
    const seen = atBottom.current && document.visibilityState === "visible" && document.hasFocus();
    if (seen && thread === undefined && newest !== undefined) markRead(channel, newest);
  };

  useKeepPlace(scroller, timeline?.messages[0]?.id);
  useLayoutEffect(stay);
  useEffect(() => {
    markSeen();
    window.addEventListener("focus", markSeen);
    return () => window.removeEventListener("focus", markSeen);
  }, [newest, timeline?.status]);
  useEffect(() => {
    if (!content.current || !scroller.current) return;
    // Images have their size from the start, but fonts, windows and keyboards come and go.
    const observer = new ResizeObserver(stay);
    observer.observe(content.current);
    observer.observe(scroller.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (pending === 0) return;
    atBottom.current = true;
    toBottom();
  }, [pending]);

  const onScroll = () => {
    const element = scroller.current;
    if (!element) return;
    atBottom.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_BOTTOM_PX;
    setAway(!atBottom.current);
    markSeen();
    if (element.scrollTop < NEAR_TOP_PX && timeline?.hasOlder) void loadOlder(ref);
  };
  return { scroller, content, away, onScroll, toBottom };
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
