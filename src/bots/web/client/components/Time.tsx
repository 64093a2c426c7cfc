import { useEffect, useState } from "preact/hooks";
import { fullTime, relativeTime } from "../text/time.js";

/** The present, at every rendering, of which there is one every so often; two a minute by default. */
export function useNow(everyMs = 30_000): number {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((ticks) => ticks + 1), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return Date.now();
}

export function Time({ at }: { at: number }) {
  const now = useNow();
  return (
    <time dateTime={new Date(at).toISOString()} title={fullTime(at)}>
      {relativeTime(at, Math.max(now, at))}
    </time>
  );
}
