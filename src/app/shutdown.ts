import type { Logger } from "pino";

interface ShutdownOptions {
  /** What stops, for the log: "the worker". */
  readonly what: string;
  /** Stops everything in order, within a time of its own. */
  readonly stop: () => Promise<void>;
  readonly logger: Logger;
  /** The process ends after this long, in milliseconds, whatever has not stopped by then; no bound if left out. */
  readonly limitMs?: number;
}

/** Longest time that the end of a program takes beyond what is given to running jobs. */
export const CLOSE_MS = 4_500;

/**
 * Ends the process in order on SIGINT and SIGTERM (exit code 0), and on an uncaught error (exit code 1). A second
 * signal ends it at once, with that signal's usual exit code.
 *
 * @returns whether it has been asked to stop
 */
export function shutDownInOrder({ what, stop, logger, limitMs }: ShutdownOptions): () => boolean {
  let asked = false;
  const end = async (code: number): Promise<void> => {
    asked = true;
    const giveUp = () => {
      logger.fatal(`${what} has not stopped in time and ends all the same`);
      process.exit(1);
    };
    if (limitMs !== undefined) setTimeout(giveUp, limitMs).unref();
    try {
      await stop();
    } catch (error) {
      logger.error({ err: error }, `${what} did not stop cleanly`);
    }
    process.exit(code);
  };
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    process.on(signal, () => {
      if (asked) process.exit(code);
      logger.info({ signal }, "stopping; once more stops at once");
      void end(0);
    });
  }
  process.on("unhandledRejection", (reason) => logger.error({ err: reason }, "unhandled rejection"));
  process.on("uncaughtException", (error) => {
    logger.fatal({ err: error }, `${what} failed and stops`);
    if (asked) process.exit(1);
    void end(1);
  });
  return () => asked;
}
