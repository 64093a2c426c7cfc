import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { newFolder } from "../support/new-folder.js";

export const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the built command line as a shell would, without the settings of this machine's user. */
export function dreamloom(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Ended> {
  if (!existsSync(cli)) throw new Error(`${cli} is missing; the test set-up should have built it`);
  // Its own, and closed to others: a folder for all would have been left open by whichever verb made it.
  const noModels = newFolder();
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    // Nothing may be fetched by accident.
    npm_config_registry: "http://127.0.0.1:9/",
    MODELS_DIR: noModels,
    ENGINE_THREADS: "1",
    ...options.env,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { timeout: 200_000, cwd: options.cwd, env }, (error, out, err) => {
      resolve({ code: error ? (typeof error.code === "number" ? error.code : -1) : 0, out, err });
    });
  });
}
