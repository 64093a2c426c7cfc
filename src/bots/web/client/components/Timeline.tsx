import { useState } from "preact/hooks";
import type { WireMessage } from "../../wire.js";
import { loadTimeline } from "../state/actions.js";
import {
  getState,
  type Timeline as Loaded,
  type Pending,
  type TimelineRef,
  timelineKey,
  useChannelName,
  useStore,
} from "../state/store.js";
import { sentence } from "../text/sentences.js";
import { dayName, sameDay } from "../text/time.js";
import { Beginning } from "./Beginning.js";
import { Button } from "./Button.js";
import { BoxKey } from "./box.js";
import { useClosed } from "./Composer.js";
import { MessageItem } from "./MessageItem.js";
import { PendingItem } from "./PendingItem.js";
import { useNow } from "./Time.js";
import { moveInside, useRovingFocus } from "./useRovingFocus.js";
import { useTimelineScroll } from "./useTimelineScroll.js";

/** Messages of one person within this time stand below one name. */
const GROUP_MS = 5 * 60_000;
const noPending: readonly Pending[] = [];

/** A finger that goes on reading takes the tools away that its tap brought: they would lie over what comes below. */
function leaveMessage(): void {
  const { activeElement } = document;
  if (activeElement instanceof HTMLElement && activeElement.matches("article.message")) activeElement.blur();
}

/** The messages of a channel or a thread. */
export function Timeline(ref: TimelineRef) {
  const { channel, thread } = ref;
  const key = timelineKey(channel, thread);
  const timeline = useStore((state) => state.timelines[key]);
  const pending = useStore((state) => state.pending[key]) ?? noPending;
  const { scroller, content, away, onScroll, toNewest } = useTimelineScroll(ref, timeline, pending.length);
  useRovingFocus(scroller);
  const messages = timeline?.messages ?? [];
  const name = useChannelName(channel);
  const mayWrite = useClosed(channel) === undefined;
  return (
    <div class="timeline-frame">
      <div
        class="timeline"
        ref={scroller}
        onScroll={onScroll}
        onKeyDown={moveBetweenMessages}
        onTouchMove={leaveMessage}
      >
        <div class="timeline-content" ref={content}>
          <BoxKey.Provider value={mayWrite ? key : undefined}>
            {timeline && <Top timelineRef={ref} timeline={timeline} />}
            <div
              role="log"
              aria-label={sentence(thread === undefined ? "timeline.label" : "timeline.replies", { channel: name })}
              aria-live="polite"
              aria-relevant="additions"
            >
              <Messages messages={messages} timelineRef={ref} />
              {pending.map((message) => (
                <PendingItem key={message.nonce} timeline={ref} message={message} />
              ))}
            </div>
          </BoxKey.Provider>
        </div>
      </div>
      {away && (
        <Button class="to-newest" icon="down" size={17} onClick={toNewest}>
          {sentence("common.newest")}
        </Button>
      )}
    </div>
  );
}

/** What stands above the messages: that they load or cannot, where the channel begins, or what the thread hangs on. */
function Top({ timelineRef, timeline }: { timelineRef: TimelineRef; timeline: Loaded }) {
  const { channel, thread } = timelineRef;
  const { status, error, hasOlder, root } = timeline;
  if (status === "loading") return <div class="timeline-note" aria-busy="true" />;
  if (status === "failed")
    return (
      <div class="timeline-note">
        <p>{error}</p>
        <Button class="button" onClick={() => void loadTimeline(timelineRef)}>
          {sentence("common.retry")}
        </Button>
      </div>
    );
  if (root) return <Root message={root} replies={timeline.messages.length} hasOlder={hasOlder} />;
  if (hasOlder || thread !== undefined) return null;
  return <Beginning channel={channel} empty={timeline.messages.length === 0} />;
}

function Root({ message, replies, hasOlder }: { message: WireMessage; replies: number; hasOlder: boolean }) {
  const counted = sentence(hasOlder ? "thread.more" : "thread.replies", { count: replies });
  return (
    <div class="thread-root">
      <MessageItem message={message} compact={false} inThread last={false} />
      <p class="thread-rule">
        <span>{counted}</span>
      </p>
    </div>
  );
}

function Messages({ messages, timelineRef }: { messages: readonly WireMessage[]; timelineRef: TimelineRef }) {
  const now = useNow();
  const firstUnread = useFirstUnread(timelineRef, messages);
  const inThread = timelineRef.thread !== undefined;
  return (
    <>
      {messages.map((message, index) => {
        const before = messages[index - 1];
        const newDay = before ? !sameDay(before.at, message.at) : !inThread;
        const unread = message.id === firstUnread;
        return [
          newDay && (
            <div class="day" key={`day ${message.id}`} role="separator">
              <span>{dayName(message.at, now)}</span>
            </div>
          ),
          unread && (
            <div class="new-mark" key="new" role="separator" aria-label={sentence("timeline.new.label")}>
              <span>{sentence("timeline.new")}</span>
            </div>
          ),
          <MessageItem
            key={message.id}
            message={message}
            compact={!newDay && !unread && follows(message, before)}
            inThread={inThread}
            last={index === messages.length - 1}
          />,
        ];
      })}
    </>
  );
}

/** Whether a message goes on where the one before ended, so that it needs no name of its own. */
function follows(message: WireMessage, before: WireMessage | undefined): boolean {
  if (!before || before.author.id !== message.author.id || message.at - before.at >= GROUP_MS) return false;
  return !message.repliesTo && !before.private && !message.private;
}

/**
 * Where the line "New" stands: before the first message that was unread when the channel was opened. It stays there
 * meanwhile.
 */
function useFirstUnread({ channel, thread }: TimelineRef, messages: readonly WireMessage[]): string | undefined {
  const [read] = useState(() => {
    const known = getState().channels.find((each) => each.id === channel);
    return thread === undefined && known && known.unread > 0 ? Number(known.read) : Number.POSITIVE_INFINITY;
  });
  const me = useStore((state) => state.session?.me.id);
  return messages.find((message) => Number(message.id) > read && message.author.id !== me)?.id;
}

function moveBetweenMessages(event: KeyboardEvent): void {
  moveInside(event);
  if (event.key !== "ArrowUp" && event.key !== "ArrowDown" && event.key !== "Home" && event.key !== "End") return;
  if (!(event.target instanceof HTMLElement) || !event.target.matches("article.message")) return;
  const all = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("article.message")];
  const index = all.indexOf(event.target);
  const to = { ArrowUp: all[index - 1], ArrowDown: all[index + 1], Home: all[0], End: all.at(-1) }[event.key];
  event.preventDefault();
  if (to) to.focus();
  else if (event.key === "ArrowDown") event.target.closest(".pane")?.querySelector<HTMLElement>("textarea")?.focus();
}
