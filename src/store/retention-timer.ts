import type { Logger } from "pino";
import type { Retention, RetentionLimits } from "./retention.js";

const DAY_MS = 24 * 3600 * 1000;

/**
 * Applies retention now and then once a day. It never keeps the process alive, and what goes wrong is logged.
 *
 * @param everyMs Another interval than a day, in milliseconds.
 * @returns a function that stops it and resolves when nothing of it is under way.
 */
export function startRetention(
  retention: Retention,
  limits: RetentionLimits,
  logger: Logger,
  everyMs = DAY_MS,
): () => Promise<void> {
  const stopping = new AbortController();
  let underWay: Promise<void> = Promise.resolve();
  const apply = () => {
    underWay = underWay.then(async () => {
      if (stopping.signal.aborted) return;
      try {
        const report = await retention.apply(limits, stopping.signal);
        if (Object.values(report).some((count) => count > 0)) logger.info(report, "old jobs and pictures were removed");
      } catch (error) {
        logger.error({ err: error }, "old jobs and pictures could not be removed");
      }
    });
  };
  apply();
  const timer = setInterval(apply, everyMs);
  timer.unref();
  return async () => {
    stopping.abort();
    clearInterval(timer);
    await underWay;
  };
}
