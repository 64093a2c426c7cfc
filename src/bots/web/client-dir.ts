import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The built front end's folder: beside the compiled server, or in the project's `dist` when the server runs from source. */
export function findClientDir(given: string | undefined): string | undefined {
  const here = dirname(fileURLToPath(import.meta.url));
  const candidates =
    given === undefined ? [join(here, "client"), resolve(here, "../../../dist/bots/web/client")] : [resolve(given)];
  // The source's client folder has an index.html too; only a build has assets.
  return candidates.find((folder) => existsSync(join(folder, "index.html")) && existsSync(join(folder, "assets")));
}
