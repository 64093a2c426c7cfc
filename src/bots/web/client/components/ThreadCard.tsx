import type { WireCountdown, WireMessage, WireThread } from "../../wire.js";
import { hrefOf } from "../state/route.js";
import { useStore } from "../state/store.js";
import { sentence } from "../text/sentences.js";
import { Countdown } from "./Countdown.js";
import { Icon } from "./Icon.js";
import { LivePicture } from "./LivePicture.js";
import { ProgressBar } from "./ProgressBar.js";
import { Time } from "./Time.js";

/** Whether a thread's job waits or runs: it counts down to something, or is on its way. */
export const isUnderway = ({ countdown }: WireMessage, { progress = 1 }: WireThread): boolean =>
  progress < 1 || countdown !== undefined;

/** A thread as its parent shows it: the last picture, how many replies, and how far a running job is. */
export function ThreadCard({ message, thread }: { message: WireMessage; thread: WireThread }) {
  const replies = sentence("thread.replies", { count: thread.replies });
  const label = sentence(thread.title ? "thread.open" : "thread.open.untitled", { title: thread.title, replies });
  const underway = isUnderway(message, thread);
  // Until the first frame says better, the message's own time is the one that is known.
  const countdown = thread.countdown ?? message.countdown;
  return (
    <a
      class={underway ? "thread-card running" : "thread-card"}
      href={hrefOf(message.channel, message.id)}
      title={label}
    >
      {/* Its place is there before the job begins, so that nothing moves when it does, or when a picture comes. */}
      {(underway || thread.lastPicture) && (
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
        {underway && <Progress value={thread.progress} countdown={countdown} />}
      </span>
    </a>
  );
}

/** @param value how far it is, from 0 to 1; undefined while it waits */
function Progress({ value, countdown }: { value: number | undefined; countdown: WireCountdown | undefined }) {
  return (
    <>
      <ProgressBar share={value ?? 0} label={sentence("thread.progress")} />
      <span class="thread-time">
        {value !== undefined && <b>{sentence("thread.percent", { percent: Math.round(value * 100) })}</b>}
        {countdown && <Countdown countdown={countdown} />}
      </span>
    </>
  );
}

function Unread({ thread }: { thread: string }) {
  const count = useStore((state) => state.news[thread]?.unread) ?? 0;
  return count > 0 && <b class="badge badge-mention">{sentence("news.unread", { count })}</b>;
}
