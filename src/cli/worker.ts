/** `dreamloom worker`: works on the bots' jobs, on this machine's device. */
import type { Command } from "commander";
import { loadConfig } from "../app/settings/load-settings.js";
import { UsageError } from "./usage-error.js";

export function addWorker(program: Command): void {
  program
    .command("worker")
    .description("works on the bots' jobs, which come through Redis (REDIS_URL), on this machine's device")
    .action(async () => {
      const config = loadConfig();
      if (config.cluster.url === "") {
        throw new UsageError(
          "A worker takes its jobs from Redis: set REDIS_URL to the bots' own, for instance redis://127.0.0.1:6379.",
        );
      }
      const { startWorker } = await import("../app/worker.js");
      await startWorker(config);
    });
}
