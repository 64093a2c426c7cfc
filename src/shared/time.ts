/** Spans of time, in milliseconds. */
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** The day of a time in milliseconds since the epoch, in UTC: "2026-07-05". */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** The day and the minute of it, where that zone's clocks are. */
export function clockIn(zone: string, at: number): { readonly day: string; readonly minutes: number } {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  }).formatToParts(at);
  const part = (wanted: string) => parts.find(({ type }) => type === wanted)?.value ?? "";
  const day = `${part("year")}-${part("month")}-${part("day")}`;
  return { day, minutes: Number(part("hour")) * 60 + Number(part("minute")) };
}

const DAY_MINUTES = DAY_MS / MINUTE_MS;

/** How many minutes ago that zone's clocks last showed so many minutes since midnight. */
export function sinceClock(minutes: number, zone: string, at: number): number {
  return (clockIn(zone, at).minutes - minutes + DAY_MINUTES) % DAY_MINUTES;
}
