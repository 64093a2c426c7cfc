/** `dreamloom backup`: copies the data folder while the bot runs. */
import { resolve } from "node:path";
import type { Command } from "commander";
import { loadConfig } from "../app/settings/load-settings.js";
import { backUp } from "../store/backup.js";
import { UsageError } from "./usage-error.js";

export function addBackup(program: Command): void {
  program
    .command("backup")
    .description(
      "copies jobs, messages and pictures into a folder, also while the bot runs; again into the same folder it copies what is new",
    )
    .argument("<folder>", "where the copy goes: another disk")
    .action(async (folder: string) => {
      const { dir } = loadConfig().data;
      const target = resolve(folder);
      if (target === dir || target.startsWith(`${dir}/`))
        throw new UsageError(`${target} is inside the data folder: name a folder outside it.`);
      const { databases, copied, kept, removed } = await backUp(dir, target);
      if (databases.length === 0)
        throw new UsageError(`There is nothing to copy in ${dir}: set DATA_DIR to the bot's data folder.`);
      process.stdout.write(
        `Copied ${databases.join(" and ")} and ${copied} new pictures to ${target}; ${kept} were there, ${removed} are no longer kept.\n`,
      );
    });
}
