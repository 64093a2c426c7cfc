import { setTimeout as sleep } from "node:timers/promises";

/** Waits; rejects with the signal's reason when aborted. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { ...(signal && { signal }) });
  } finally {
    signal?.throwIfAborted();
  }
}
