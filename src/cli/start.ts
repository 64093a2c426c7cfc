/** `dreamloom start`: the bots. */
import type { Command } from "commander";

export function addStart(program: Command): void {
  program
    .command("start")
    .description("starts the bot: the web chat, and every platform that is configured")
    .action(async () => {
      const { start } = await import("../app/start.js");
      await start();
    });
}
