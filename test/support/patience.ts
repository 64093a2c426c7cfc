/** How long tests wait for what should come. */

/**
 * In milliseconds: for hangs, since machines that test do other things too. Less than a test may take, so that what
 * fails names its line.
 */
export const HANG_MS = 200_000;

/** The limit for one thing to come. */
export function patience(): AbortSignal {
  return AbortSignal.timeout(HANG_MS);
}
