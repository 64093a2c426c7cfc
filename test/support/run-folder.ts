import { rmSync } from "node:fs";
import { newFolder } from "./new-folder.js";

/** Gives a run a temporary folder of its own, also for the programs that tests start and kill; it goes with the run. */
export function setup(): () => void {
  const folder = newFolder();
  process.env.TMPDIR = folder;
  // A program that was killed may still write for a moment.
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
