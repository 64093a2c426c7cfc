/** The environment file of a folder, which `dreamloom init` writes and every verb reads that is run there. */
import { readFileSync, statSync } from "node:fs";
import { parseEnv } from "node:util";

export const ENVIRONMENT_FILE = "dreamloom.env";

/**
 * Puts the variables of this folder's file into the environment, which counts more than the file. A file that somebody
 * else could have written is left alone.
 * @returns whether there was one
 */
export function readEnvironmentFile(env: NodeJS.ProcessEnv = process.env, path = ENVIRONMENT_FILE): boolean {
  const about = statSync(path, { throwIfNoEntry: false });
  if (!about?.isFile()) return false;
  const uid = process.getuid?.();
  if (uid !== undefined && (about.uid !== uid || (about.mode & 0o022) !== 0)) return false;
  for (const [name, value] of Object.entries(parseEnv(readFileSync(path, "utf8")))) env[name] ??= value;
  return true;
}
