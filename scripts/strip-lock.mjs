/**
 * Writes package-lock.json: every platform's optional packages, no download addresses.
 *
 * npm leaves optional packages of other platforms out of a lock that it writes from an installed tree, and never asks
 * for them again. So this resolves in an empty folder, and forgets beforehand every package in the lock whose optional
 * dependencies are not all there. Addresses would tie the project to the registry (or mirror) of whoever wrote the
 * lock: the `resolved` fields go, the `integrity` fields stay. `npm ci` wants addresses; `npm install` does without.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "dreamloom-lock-"));
const file = join(scratch, "package-lock.json");

const read = () => JSON.parse(readFileSync(file, "utf8"));
const write = (lock) => writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);

/** Where a package finds a dependency, as Node looks for it: in its own folder, then in each one above. */
function find(packages, from, name) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf("node_modules/") - 1))) {
    const path = `${at}${at === "" ? "" : "/"}node_modules/${name}`;
    if (packages[path]) return path;
    if (at === "") return undefined;
  }
}

/** Packages whose optional dependencies are not all in the lock. */
function incomplete({ packages }) {
  const lacking = ([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).some((name) => !find(packages, path, name));
  return Object.entries(packages)
    .filter(([path, entry]) => path !== "" && lacking([path, entry]))
    .map(([path]) => path);
}

try {
  for (const name of ["package.json", "package-lock.json", ".npmrc"])
    copyFileSync(join(root, name), join(scratch, name));
  const before = read();
  for (const path of incomplete(before)) {
    for (const name of Object.keys(before.packages[path].optionalDependencies))
      delete before.packages[find(before.packages, path, name)];
    delete before.packages[path];
  }
  write(before);
  const args = ["install", "--package-lock-only", "--omit-lockfile-registry-resolved=false"];
  execFileSync("npm", args, { cwd: scratch, stdio: "inherit", shell: process.platform === "win32" });
  const lock = read();
  const missing = incomplete(lock);
  if (missing.length > 0) throw new Error(`npm left optional packages out of the lock, of ${missing.join(", ")}`);
  for (const entry of Object.values(lock.packages)) delete entry.resolved;
  write(lock);
  copyFileSync(file, join(root, "package-lock.json"));
} finally {
  rmSync(scratch, { recursive: true });
}
