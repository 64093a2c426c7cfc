/** Says when a preview is due: often enough to watch, seldom enough not to slow the work. */

const PREVIEW_INTERVAL_MS = 1500;

export function previewClock(
  intervalMs = PREVIEW_INTERVAL_MS,
  now: () => number = () => performance.now(),
): { due(): boolean } {
  let last = now();
  return {
    due() {
      if (now() - last < intervalMs) return false;
      last = now();
      return true;
    },
  };
}
