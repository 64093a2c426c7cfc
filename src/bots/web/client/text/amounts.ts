const UNITS = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
] as const;
const SIZES = [
  ["gigabyte", 1e9],
  ["megabyte", 1e6],
  ["kilobyte", 1e3],
] as const;

function amount(count: number, unit: string): string {
  const maximumFractionDigits = count < 10 ? 1 : 0;
  return new Intl.NumberFormat(undefined, { style: "unit", unit, maximumFractionDigits }).format(count);
}

/** Two units at most: "8 sec", "1 min 20 sec", "3 days 4 hr". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const at = UNITS.findIndex(([unit, size]) => whole >= size || unit === "second");
  const parts = UNITS.slice(at, at + 2).map(([unit, size], index) => {
    const rest = index === 0 ? whole : whole % (UNITS[at]?.[1] ?? 1);
    return { unit, count: Math.floor(rest / size) };
  });
  const shown = parts.filter(({ count }, index) => index === 0 || count > 0);
  return shown.map(({ unit, count }) => amount(count, unit)).join(" ");
}

/** "640 MB", "1.4 GB". */
export function bytes(count: number): string {
  const [unit, size] = SIZES.find((each) => count >= each[1]) ?? SIZES[2];
  return amount(count / size, unit);
}
