/** `dreamloom start`: the bots. */
import type { Command } from "commander";
import { start } from "../app/application.js";
import { startEngines } from "./engines.js";

export function addStart(program: Command): void {
  program
    .command("start")
    .description("starts the bot: the web chat, and every platform that is configured")
    .action(async () => {
      await start({ engine: (config, logger, onDownload) => startEngines(config, { logger, onDownload }) });
    });
}
