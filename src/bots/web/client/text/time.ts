import { sentence } from "./sentences.js";

const DAY = { weekday: "long", day: "numeric", month: "long" } as const;
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, DAY);
const dayWithYear = new Intl.DateTimeFormat(undefined, { ...DAY, year: "numeric" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

/** Hours and minutes alone, for the narrow column beside a message. */
export const clockTime = (at: number): string =>
  clock
    .formatToParts(at)
    .filter(({ type }) => type !== "dayPeriod")
    .map(({ value }) => value)
    .join("")
    .trim();
export const fullTime = (at: number): string => full.format(at);

/** "just now", "5 minutes ago", "14:02", and a date from yesterday on. */
export function relativeTime(at: number, now: number): string {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return sentence("time.now");
  if (minutes < 60) return relative.format(-minutes, "minute");
  return sameDay(at, now) ? clock.format(at) : `${dayName(at, now)} ${clock.format(at)}`;
}

/** A time to come: "14:02", with the day where it is another one. */
export function comingTime(at: number, now: number): string {
  return sameDay(at, now) ? clock.format(at) : `${day.format(at)} ${clock.format(at)}`;
}

/** "Today", "Yesterday", or the date. */
export function dayName(at: number, now: number): string {
  if (sameDay(at, now)) return sentence("time.today");
  if (sameDay(at, now - 24 * 3_600_000)) return sentence("time.yesterday");
  return new Date(at).getFullYear() === new Date(now).getFullYear() ? day.format(at) : dayWithYear.format(at);
}

export function sameDay(a: number, b: number): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}
