import { resolve } from "node:path";
import { sentence } from "../shared/sentences/sentence.js";
import { type Backup, backUp } from "../store/backup.js";
import { writePrivately } from "./private-folders.js";
import { type Config, ConfigError } from "./settings/load-settings.js";

/**
 * Copies the data folder while the bot runs.
 * @throws ConfigError where there is nothing to copy, or the target is inside the data folder
 */
export async function backUpData(config: Config, folder: string): Promise<Backup & { target: string }> {
  const { dir } = config.data;
  writePrivately(config);
  const target = resolve(folder);
  if (target === dir || target.startsWith(`${dir}/`)) throw new ConfigError([sentence("backup.inside", { target })]);
  const backup = await backUp(dir, target);
  if (backup.databases.length === 0) throw new ConfigError([sentence("backup.nothing", { folder: dir })]);
  return { ...backup, target };
}
