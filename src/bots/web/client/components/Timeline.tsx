import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { WireMessage } from "../../wire.js";
import { loadOlder, loadTimeline, markRead } from "../state/actions.js";
import { getState, type Pending, timelineKey, useStore } from "../state/store.js";
import { dayName, sameDay } from "../text/time.js";
import { Icon } from "./Icon.js";
import { MessageItem } from "./MessageItem.js";
import { PendingItem } from "./PendingItem.js";
import { useNow } from "./Time.js";

const groupMs = 5 * 60_000;
const nearBottomPx = 80;
const noPending: readonly Pending[] = [];

/** The messages of a channel or a thread: stays at the newest while one is there, keeps one's place while older ones load above. */
export function Timeline({ channel, thread }: { channel: string; thread?: string }) {
  const key = timelineKey(channel, thread);
  const timeline = useStore((state) => state.timelines[key]);
  const pending = useStore((state) => state.pending[key]) ?? noPending;
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const atBottom = useRef(true);
  const [away, setAway] = useState(false);
  const firstUnread = useFirstUnread(channel, thread, timeline?.messages);
  const messages = timeline?.messages ?? [];
  const newest = messages.at(-1)?.id;

  const readAll = () => {
    if (thread === undefined && newest !== undefined && document.visibilityState === "visible" && document.hasFocus())
      markRead(channel, newest);
  };
  const toBottom = () => scroller.current?.scrollTo({ top: scroller.current.scrollHeight, behavior: "instant" });

  useKeepPlace(scroller, messages[0]?.id);
  useLayoutEffect(() => {
    if (atBottom.current) toBottom();
  });
  useEffect(() => {
    if (atBottom.current) readAll();
    const onFocus = () => atBottom.current && readAll();
    window.addEventListener("focus", onFocus);
    return () => window.removeEventListener("focus", onFocus);
  }, [newest, timeline?.status]);
  useEffect(() => {
    if (!content.current || !scroller.current) return;
    // Pictures have their size from the start, but fonts, windows and keyboards come and go.
    const observer = new ResizeObserver(() => atBottom.current && toBottom());
    observer.observe(content.current);
    observer.observe(scroller.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (pending.length > 0) {
      atBottom.current = true;
      toBottom();
    }
  }, [pending.length]);

  const onScroll = () => {
    const element = scroller.current;
    if (!element) return;
    atBottom.current = element.scrollHeight - element.scrollTop - element.clientHeight < nearBottomPx;
    setAway(!atBottom.current);
    if (atBottom.current) readAll();
    if (element.scrollTop < 600 && timeline?.hasOlder) void loadOlder(channel, thread);
  };

  return (
    <div class="timeline-frame">
      <div class="timeline" ref={scroller} onScroll={onScroll} onKeyDown={moveBetweenMessages}>
        <div class="timeline-content" ref={content}>
          {timeline?.status === "failed" && (
            <div class="timeline-note">
              <p>{timeline.error}</p>
              <button type="button" class="button" onClick={() => void loadTimeline(channel, thread)}>
                Try again
              </button>
            </div>
          )}
          {timeline?.status === "loading" && <div class="timeline-note" aria-busy="true" />}
          {timeline?.status === "ready" && !timeline.hasOlder && thread === undefined && (
            <Beginning channel={channel} />
          )}
          {timeline?.root && (
            <div class="thread-root">
              <MessageItem message={timeline.root} compact={false} inThread last={false} />
              <p class="thread-rule">
                <span>
                  {messages.length === 0
                    ? "No replies yet"
                    : messages.length === 1
                      ? "1 reply"
                      : `${messages.length}${timeline.hasOlder ? "+" : ""} replies`}
                </span>
              </p>
            </div>
          )}
          <div
            role="log"
            aria-label={thread === undefined ? `Messages in ${channel}` : "Replies"}
            aria-live="polite"
            aria-relevant="additions"
          >
            <Messages messages={messages} firstUnread={firstUnread} thread={thread} />
            {pending.map((message) => (
              <PendingItem key={message.nonce} channel={channel} thread={thread} message={message} />
            ))}
          </div>
        </div>
      </div>
      {away && (
        <button type="button" class="to-newest" onClick={toBottom}>
          <Icon name="down" size={17} /> Newest
        </button>
      )}
    </div>
  );
}

function Messages({
  messages,
  firstUnread,
  thread,
}: {
  messages: readonly WireMessage[];
  firstUnread: string | undefined;
  thread: string | undefined;
}) {
  const now = useNow();
  return (
    <>
      {messages.map((message, index) => {
        const before = messages[index - 1];
        const newDay =
          thread === undefined
            ? !before || !sameDay(before.at, message.at)
            : before !== undefined && !sameDay(before.at, message.at);
        const unread = message.id === firstUnread;
        const compact =
          !newDay &&
          !unread &&
          before !== undefined &&
          before.author.id === message.author.id &&
          message.at - before.at < groupMs &&
          !message.repliesTo &&
          !before.private &&
          !message.private;
        return [
          newDay && (
            <div class="day" key={`day ${message.id}`} role="separator">
              <span>{dayName(message.at, now)}</span>
            </div>
          ),
          unread && (
            <div class="new-mark" key="new" role="separator" aria-label="New messages">
              <span>New</span>
            </div>
          ),
          <MessageItem
            key={message.id}
            message={message}
            compact={compact}
            inThread={thread !== undefined}
            last={index === messages.length - 1}
          />,
        ];
      })}
    </>
  );
}

function Beginning({ channel }: { channel: string }) {
  const topic = useStore((state) => state.channels.find((each) => each.id === channel)?.topic);
  return (
    <header class="beginning">
      <h2>#{channel}</h2>
      <p>{topic ? `${topic}. ` : ""}This is where the channel begins.</p>
    </header>
  );
}

/** Where the line "New" stands: before the first message that was unread when the channel was opened. It stays there while one looks. */
function useFirstUnread(
  channel: string,
  thread: string | undefined,
  messages: readonly WireMessage[] | undefined,
): string | undefined {
  const [readThen] = useState(() => {
    const known = getState().channels.find((each) => each.id === channel);
    return thread === undefined && known && known.unread > 0 ? Number(known.read) : undefined;
  });
  const me = useStore((state) => state.session?.me.id);
  return readThen === undefined
    ? undefined
    : messages?.find((message) => Number(message.id) > readThen && message.author.id !== me)?.id;
}

/** When older messages appear above, moves the view along so that what was seen stays where it was. */
function useKeepPlace(scroller: { current: HTMLDivElement | null }, oldest: string | undefined): void {
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

function moveBetweenMessages(event: KeyboardEvent): void {
  if (event.key !== "ArrowUp" && event.key !== "ArrowDown" && event.key !== "Home" && event.key !== "End") return;
  if (!(event.target instanceof HTMLElement) || !event.target.matches("article.message")) return;
  const all = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("article.message")];
  const index = all.indexOf(event.target);
  const to = { ArrowUp: all[index - 1], ArrowDown: all[index + 1], Home: all[0], End: all.at(-1) }[event.key];
  event.preventDefault();
  if (to) to.focus();
  else if (event.key === "ArrowDown") event.target.closest(".pane")?.querySelector<HTMLElement>("textarea")?.focus();
}
