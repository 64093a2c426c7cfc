/** `dreamloom start`: the bots. */
import type { Command } from "commander";
import { EngineHost } from "../engine/process/host.js";
import { start } from "../main.js";
import { engineSettings } from "./engine.js";

export function addStart(program: Command): void {
  program
    .command("start")
    .description("starts the bot: the web chat, and every platform that is configured")
    .action(async () => {
      await start({
        engine: (config, logger, onDownload) => {
          const engine = new EngineHost({ ...engineSettings(config), logger, onDownload });
          // The first person who asks should not wait for loading and compiling; if it fails, that person is told why.
          engine.warmUp(config.dream.network).catch((error: unknown) => logger.warn({ err: error }, "the engine could not be warmed up"));
          return engine;
        },
      });
    });
}
