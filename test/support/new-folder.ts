import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A new folder, which goes with all else that the run leaves in the system's temporary folder: see `run-folder.ts`. */
export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "dreamloom-"));
}
