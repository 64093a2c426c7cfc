/** Words for numbers. */

/** "8 s", "1 min 20 s", "1 h 5 min": exact below ten seconds, coarser above, as an estimate deserves. */
export function duration(seconds: number): string {
  if (!(seconds > 0)) return "0 s";
  if (seconds < 10) return `${Math.max(1, Math.round(seconds))} s`;
  const rounded = seconds < 90 ? Math.round(seconds / 5) * 5 : Math.round(seconds / 10) * 10;
  if (rounded < 60) return `${rounded} s`;
  if (rounded < 3600) return parts(Math.floor(rounded / 60), "min", rounded % 60, "s");
  return parts(Math.floor(rounded / 3600), "h", Math.round((rounded % 3600) / 60), "min");
}

/** How long something took, to a tenth of a second while that matters. */
export function elapsed(seconds: number): string {
  return seconds < 20 ? `${seconds.toFixed(1)} s` : duration(seconds);
}

/** "1st", "2nd", "3rd", "4th", "11th", "21st". */
export function ordinal(number: number): string {
  const tens = number % 100;
  const ending = tens >= 11 && tens <= 13 ? "th" : (["th", "st", "nd", "rd"][number % 10] ?? "th");
  return `${number}${ending}`;
}

function parts(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
