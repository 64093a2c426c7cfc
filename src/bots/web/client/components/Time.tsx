import { useEffect, useState } from "preact/hooks";
import { fullTime, relativeTime } from "../text/time.js";

/** The present, renewed every so often; twice a minute by default. */
export function useNow(everyMs = 30_000): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

export function Time({ at }: { at: number }) {
  const now = useNow();
  return (
    <time dateTime={new Date(at).toISOString()} title={fullTime(at)}>
      {relativeTime(at, Math.max(now, at))}
    </time>
  );
}
