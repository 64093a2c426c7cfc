import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Builds the web chat's page from today's sources, apart from dist/bots, so that other builds are left alone.
 * @param outDir one for each test file, since they run side by side
 */
export function buildClient(outDir: string): void {
  const vite = `${root}node_modules/vite/bin/vite.js`;
  const build = [vite, "build", "src/bots/web/client", "--outDir", outDir, "--logLevel", "error"];
  execFileSync(process.execPath, build, { cwd: root, stdio: "inherit" });
  if (!existsSync(`${outDir}/index.html`)) throw new Error("the front end was not built");
}
