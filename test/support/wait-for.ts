/** Waiting for what has no event. */
import { vi } from "vitest";
import { HANG_MS } from "./patience.js";

/** Waits until an assertion holds, and gives what it returns. */
export function waitFor<T>(assertion: () => T | Promise<T>, interval = 20): Promise<T> {
  return vi.waitFor(assertion, { timeout: HANG_MS, interval });
}
