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
        engine: (config, logger) => new EngineHost({ ...engineSettings(config), logger }),
        catalogue: { looks: [], networks: [] },
      });
    });
}
