/**
 * Writes package-lock.json: every platform's optional packages, no download addresses.
 *
 * npm forgets optional packages of other platforms when it writes a lock from an installed tree, and addresses would tie the project
 * to the registry (or mirror) of whoever wrote the lock. So: resolve anew without installing, then delete the `resolved` fields; the
 * `integrity` fields stay, and any registry that has the same files will do. `npm ci` wants addresses; `npm install` does without.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const file = `${root}package-lock.json`;

execFileSync("npm", ["install", "--package-lock-only", "--omit-lockfile-registry-resolved=false"], {
  cwd: root,
  stdio: "inherit",
  shell: process.platform === "win32",
});
const lock = JSON.parse(readFileSync(file, "utf8"));
for (const entry of Object.values(lock.packages)) delete entry.resolved;
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
