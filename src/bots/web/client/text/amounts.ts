import { sentence } from "./sentences.js";

const SIZES = [
  ["gigabyte", 1e9],
  ["megabyte", 1e6],
  ["kilobyte", 1e3],
] as const;

function amount(count: number, unit: string): string {
  const maximumFractionDigits = count < 10 ? 1 : 0;
  return new Intl.NumberFormat(undefined, { style: "unit", unit, maximumFractionDigits }).format(count);
}

/** Two units at most, to the second: "8 s", "1 min 20 s", "1 h 5 min", "3 days 4 h". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return sentence("duration.seconds", { seconds: whole });
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return sentence("duration.minutes", { minutes, seconds: whole % 60 });
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return sentence("duration.hours", { hours, minutes: minutes % 60 });
  return sentence("duration.days", { days: Math.floor(hours / 24), hours: hours % 24 });
}

/** "640 MB", "1.4 GB". */
export function bytes(count: number): string {
  const [unit, size] = SIZES.find((each) => count >= each[1]) ?? SIZES[2];
  return amount(count / size, unit);
}
