/** Builds the program where the build is missing or older than the sources, and says so. `npm start` runs it. */
import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What the build is made from. */
const SOURCES = ["src", "package.json", "tsconfig.json", "tsconfig.build.json"];
/** The last files of the program's and of the page's build. */
const BUILT = ["dist/cli.js", "dist/bots/web/client/index.html"];

/** When the newest file under a path was written, in milliseconds; 0 when there is none. */
function newest(path: string): number {
  const kind = statSync(path, { throwIfNoEntry: false });
  if (!kind) return 0;
  return kind.isDirectory() ? Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name)))) : kind.mtimeMs;
}

/** Builds where that is needed. */
export function build(): void {
  const changed = Math.max(...SOURCES.map((name) => newest(join(root, name))));
  const built = Math.min(...BUILT.map((name) => newest(join(root, name))));
  if (built > changed) return;
  const why = built === 0 ? "for the first time" : "because its sources have changed";
  process.stderr.write(`Building Dreamloom, ${why}; it takes a quarter of a minute ...\n`);
  execFileSync("npm", ["run", "-s", "build"], { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
}

if (argv[1] === fileURLToPath(import.meta.url)) build();
