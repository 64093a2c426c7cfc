/** When the dream of the day is due: an hour in a time zone, as people write it. */
import { clockIn, DAY_MS, dayOf, sinceClock } from "../../shared/time.js";

/** @example "18:00 Europe/Berlin" */
export interface DailyTime {
  /** Minutes since midnight. */
  readonly minutes: number;
  readonly zone: string;
}

const WRITTEN = /^([01]?\d|2[0-3])[:.]([0-5]\d)(?:[\s@]+([A-Za-z][\w+/-]{0,40}))?$/;
/** Where no zone is given. */
const NO_ZONE = "UTC";

/** Undefined for what is no time, or names no zone. */
export function readDailyTime(typed: string): DailyTime | undefined {
  const [, hours, minutes, written = NO_ZONE] = WRITTEN.exec(typed.trim()) ?? [];
  const zone = hours === undefined ? undefined : zoneOf(written);
  return zone === undefined ? undefined : { minutes: Number(hours) * 60 + Number(minutes), zone };
}

export function printDailyTime({ minutes, zone }: DailyTime): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)} ${zone}`;
}

/** The day on which it was due last, where that zone's clocks are, and how many minutes ago. */
export function lastDue({ minutes, zone }: DailyTime, at: number): { readonly day: string; readonly late: number } {
  const { day, minutes: shown } = clockIn(zone, at);
  // By the calendar: where the clocks have skipped an hour since, so many minutes ago it was another day.
  return { day: shown < minutes ? daysAfter(day, -1) : day, late: sinceClock(minutes, zone, at) };
}

/** A day so many days after another one; both as `2026-07-05`. */
export function daysAfter(day: string, days: number): string {
  return dayOf(Date.parse(day) + days * DAY_MS);
}

/** A zone's name in its usual spelling. A city's newer name stays: some Nodes would answer Calcutta for Kolkata. */
function zoneOf(written: string): string | undefined {
  try {
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: written }).resolvedOptions();
    const isRenamed = written.includes("/") && timeZone.toLowerCase() !== written.toLowerCase();
    return isRenamed ? written.toLowerCase().replace(/(?<![a-z])[a-z]/g, (first) => first.toUpperCase()) : timeZone;
  } catch {
    return undefined;
  }
}
