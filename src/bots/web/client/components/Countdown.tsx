import type { WireCountdown } from "../../wire.js";
import { useStore } from "../state/store.js";
import { duration } from "../text/amounts.js";
import { sentence } from "../text/sentences.js";
import { useNow } from "./Time.js";

/** The time until something is expected, second by second. */
export function Countdown({ countdown: { to, at } }: { countdown: WireCountdown }) {
  const ahead = useStore((state) => state.ahead);
  const now = useNow(1000);
  // Rounded, since the way from the server counts as a clock that is ahead: 20 s would begin as 21.
  const seconds = Math.round((at + ahead - now) / 1000);
  const said = seconds > 0 ? sentence(`countdown.${to}`, { time: duration(seconds) }) : sentence(`countdown.${to}.now`);
  // Read aloud, it would never end.
  return (
    <span class="countdown" role="timer" aria-live="off">
      {said}
    </span>
  );
}
