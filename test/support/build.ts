import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** When the newest file under a path was written, in milliseconds; 0 when there is none. */
function newest(path: string): number {
  const kind = statSync(path, { throwIfNoEntry: false });
  if (!kind) return 0;
  return kind.isDirectory() ? Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name)))) : kind.mtimeMs;
}

/** Builds the program before the tests that run the built one, where the build is missing or older than the sources. */
export function setup(): void {
  const sources = Math.max(newest(`${root}src`), newest(`${root}package.json`), newest(`${root}tsconfig.build.json`));
  // The front end is built last.
  if (newest(`${root}dist/cli.js`) > sources && newest(`${root}dist/bots/web/client/index.html`) > sources) return;
  execFileSync("npm", ["run", "-s", "build"], { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
}
