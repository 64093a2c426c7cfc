/** Spans of time, in milliseconds. */
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** The day of a time in milliseconds since the epoch, in UTC: "2026-07-05". */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
