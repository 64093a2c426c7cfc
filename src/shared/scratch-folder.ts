/**
 * Folders for what a process writes while it works, such as the frames of a film. One goes with its process: removed by
 * its parent, by the process itself where its parent has died, and where both were killed by the next program that
 * opens such a folder.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";

/** The variable that names the folder to the process that it is for. */
const FOLDER = "DREAMLOOM_SCRATCH_FOLDER";
/** Two containers may share a folder, but not their processes' numbers. */
const MACHINE = hostname().replace(/\W/g, "").slice(0, 40);
const NAME = /^dreamloom-(?:images|engine)-(?<machine>\w*)-(?<pid>\d+)-/;

interface ScratchFolder {
  readonly path: string;
  /** For the process: what it and the programs that it starts write goes into the folder. */
  readonly environment: Readonly<Record<string, string>>;
  /** Once the process has ended. */
  remove(): Promise<void>;
}

/**
 * Removes what killed programs have left, too. Where the system's folder for it takes nothing there is none: the
 * process says so when it wants to write, which most jobs do not.
 */
export function openScratchFolder(kind: "images" | "engine"): ScratchFolder {
  let path: string;
  try {
    path = mkdtempSync(join(tmpdir(), `dreamloom-${kind}-${MACHINE}-${process.pid}-`));
  } catch {
    return { path: tmpdir(), environment: {}, remove: async () => undefined };
  }
  void removeAbandoned().catch(() => undefined);
  return {
    path,
    environment: { TMPDIR: path, TMP: path, TEMP: path, [FOLDER]: path },
    // A program that was started by the process may still write for a moment.
    remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined),
  };
}

/** In a process whose parent has died and can clear nothing away. */
export function removeOwnScratchFolder(): void {
  const folder = process.env[FOLDER];
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}

async function removeAbandoned(): Promise<void> {
  const folder = tmpdir();
  for (const name of await readdir(folder)) {
    const { machine, pid } = NAME.exec(name)?.groups ?? {};
    if (machine !== MACHINE || pid === undefined) continue;
    const path = join(folder, name);
    // Another user's cannot be removed.
    if (await isAbandoned(path, Number(pid))) await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function isAbandoned(path: string, pid: number): Promise<boolean> {
  if (pid !== process.pid) return !lives(pid);
  // A container that starts again gives its program the number that it had before.
  const { mtimeMs } = await stat(path);
  return mtimeMs < Date.now() - process.uptime() * 1000;
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
