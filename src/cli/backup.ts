/** `dreamloom backup`: copies the data folder while the bot runs. */
import type { Command } from "commander";
import { loadConfig } from "../app/settings/load-settings.js";

export function addBackup(program: Command): void {
  program
    .command("backup")
    .description(
      "copies jobs, messages and pictures into a folder, also while the bot runs; again into the same folder it copies what is new",
    )
    .argument("<folder>", "where the copy goes: another disk")
    .action(async (folder: string) => {
      const { backUpData } = await import("../app/back-up.js");
      const { target, databases, copied, kept, removed } = await backUpData(loadConfig(), folder);
      process.stdout.write(
        `Copied ${databases.join(" and ")} and ${copied} new pictures to ${target}; ${kept} were there, ${removed} are no longer kept.\n`,
      );
    });
}
