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
  const text = ownText(path);
  if (text === undefined) return false;
  for (const [name, value] of Object.entries(parseEnv(text))) env[name] ??= value;
  return true;
}

/** What is in a file that only this user could have written; undefined too where the folder is closed to this user. */
function ownText(path: string): string | undefined {
  try {
    const about = statSync(path);
    if (!about.isFile()) return undefined;
    const uid = process.getuid?.();
    const open = uid !== undefined && (about.uid !== uid || (about.mode & 0o022) !== 0);
    return open ? undefined : readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
