/** `dreamloom register`: the commands, told to the platforms that want to know them. */
import type { Command } from "commander";
import { loadConfig } from "../app/settings/load-settings.js";

export function addRegister(program: Command): void {
  program
    .command("register")
    .description("tells Discord the commands anew; the bot does it by itself when it starts and they have changed")
    .action(async () => {
      const { registerDiscord } = await import("../app/discord.js");
      const { appId, commands } = await registerDiscord(loadConfig());
      process.stdout.write(
        `${commands} commands are registered for the application ${appId}. People see them after loading Discord anew (Ctrl+R).\n`,
      );
    });
}
