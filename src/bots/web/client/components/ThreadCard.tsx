import type { WireCountdown, WireMessage, WireThread } from "../../wire.js";
import { hrefOf } from "../state/route.js";
import { useStore } from "../state/store.js";
import { sentence } from "../text/sentences.js";
import { Countdown } from "./Countdown.js";
import { Icon } from "./Icon.js";
import { LivePicture } from "./LivePicture.js";
import { ProgressBar } from "./ProgressBar.js";
import { Time } from "./Time.js";

export const isRunning = ({ progress = 1 }: WireThread): boolean => progress < 1;

/** A thread as its parent shows it: the last picture, how many replies, and how far a running job is. */
export function ThreadCard({ message, thread }: { message: WireMessage; thread: WireThread }) {
  const replies = sentence("thread.replies", { count: thread.replies });
  const label = sentence(thread.title ? "thread.open" : "thread.open.untitled", { title: thread.title, replies });
  const { progress = 1 } = thread;
  const running = isRunning(thread);
  // Until the first frame says better, the message's own time is the one that is known.
  const countdown = thread.countdown ?? message.countdown;
  return (
    <a class={running ? "thread-card running" : "thread-card"} href={hrefOf(message.channel, message.id)} title={label}>
      {/* Its place is there before the first picture is, so that nothing moves when it comes. */}
      {(running || thread.lastPicture) && (
        <span class="thread-thumb">
          {thread.lastPicture && (
            <LivePicture picture={thread.lastPicture} cover veiled={thread.lastPicture.spoiler === true} />
          )}
        </span>
      )}
      <span class="thread-facts">
        {thread.title && <strong>{thread.title}</strong>}
        <span>
          <Icon name="thread" size={15} /> {replies}
          <Unread thread={message.id} />
          {thread.lastAt !== undefined && (
            <>
              {" · "}
              <Time at={thread.lastAt} />
            </>
          )}
        </span>
        {running && <Progress value={progress} countdown={countdown} />}
      </span>
    </a>
  );
}

function Progress({ value, countdown }: { value: number; countdown: WireCountdown | undefined }) {
  const percent = Math.round(value * 100);
  return (
    <>
      <ProgressBar share={value} label={sentence("thread.progress")} />
      <span class="thread-time">
        <b>{sentence("thread.percent", { percent })}</b>
        {countdown && <Countdown countdown={countdown} />}
      </span>
    </>
  );
}

function Unread({ thread }: { thread: string }) {
  const count = useStore((state) => state.news[thread]?.unread) ?? 0;
  return count > 0 && <b class="badge badge-mention">{sentence("news.unread", { count })}</b>;
}
