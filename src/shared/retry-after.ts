/**
 * What a Retry-After header asks for, in milliseconds: seconds, with or without a fraction, or a date (RFC 9110).
 * Undefined where there is none that can be read.
 */
export function retryAfterMs(header: string | null, now = Date.now()): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  // Other numbers would be read as years.
  return Number.isNaN(date) || /^[-+]?[\d.]+$/.test(text) ? undefined : Math.max(0, date - now);
}
