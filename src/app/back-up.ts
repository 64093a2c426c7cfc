import { resolve } from "node:path";
import { type Backup, backUp } from "../store/backup.js";
import { type Config, ConfigError } from "./settings/load-settings.js";

/**
 * Copies the data folder while the bot runs.
 * @throws ConfigError where there is nothing to copy, or the target is inside the data folder
 */
export async function backUpData({ data: { dir } }: Config, folder: string): Promise<Backup & { target: string }> {
  const target = resolve(folder);
  if (target === dir || target.startsWith(`${dir}/`))
    throw new ConfigError([`${target} is inside the data folder: name a folder outside it.`]);
  const backup = await backUp(dir, target);
  if (backup.databases.length === 0)
    throw new ConfigError([`There is nothing to copy in ${dir}: set DATA_DIR to the bot's data folder.`]);
  return { ...backup, target };
}
