import { expect, it } from "vitest";
import { retryAfterMs } from "../../src/shared/retry-after.js";

it.each<[string | null, number | undefined]>([
  ["0", 0],
  ["1.5", 1_500],
  [" 86400 ", 86_400_000],
  ["Thu, 26 Nov 2026 20:00:00 GMT", 60_000],
  ["Thu, 26 Nov 2026 10:00:00 GMT", 0],
  ["-5", undefined],
  ["soon", undefined],
  ["", undefined],
  [null, undefined],
])("Retry-After: %s", (header, wait) => {
  expect(retryAfterMs(header, Date.UTC(2026, 10, 26, 19, 59))).toBe(wait);
});
