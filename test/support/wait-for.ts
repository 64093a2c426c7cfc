/** Waiting for what has no event. */
import { vi } from "vitest";

/**
 * Waits until an assertion holds, and gives what it returns. The limit is for hangs: machines that test do other things
 * too.
 */
export function waitFor<T>(assertion: () => T | Promise<T>, interval = 20): Promise<T> {
  return vi.waitFor(assertion, { timeout: 200_000, interval });
}
