import { MINUTE_MS, sinceClock } from "../../../../shared/time.js";
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

const DATED = /(?:(\d{4}-\d{2}-\d{2}) )?([0-2]\d:[0-5]\d) UTC(?!, every day)/g;
const DAILY = /([0-2]\d):([0-5]\d) ([A-Za-z][\w+/-]*), every day/g;

/**
 * A text with the times that it gives in UTC as they are here: "until 2026-03-01 14:05 UTC". An hour of every day is
 * given as it was set, since its zone decides it all year round, and as it is here today where that is another one.
 */
export function localTimes(text: string): string {
  const now = Date.now();
  const inZones = text.replace(DAILY, (said: string, hours: string, minutes: string, zone: string) => {
    const at = timeOfClock(Number(hours) * 60 + Number(minutes), zone, now);
    const asSet = clock.format(new Date(now).setHours(Number(hours), Number(minutes)));
    const time = at === undefined ? asSet : clock.format(at);
    return time === asSet ? said : sentence("time.daily", { said, time });
  });
  return inZones.replace(DATED, (said, date: string | undefined, time) => {
    const at = Date.parse(`${date ?? new Date(now).toISOString().slice(0, 10)}T${time}Z`);
    if (Number.isNaN(at)) return said;
    return date === undefined ? clock.format(at) : comingTime(at, now);
  });
}

/** When a zone's clocks last showed so many minutes since midnight; undefined where this browser knows no such zone. */
function timeOfClock(minutes: number, zone: string, now: number): number | undefined {
  try {
    return now - sinceClock(minutes, zone, now) * MINUTE_MS;
  } catch {
    return undefined;
  }
}
