import { chmodSync, lstatSync, readdirSync, type Stats } from "node:fs";
import { join } from "node:path";
import type { Logger } from "pino";
import { makeFolder } from "../shared/make-folder.js";
import type { Config } from "./settings/load-settings.js";

/** What others may not do with what the program writes, and whose it is then. */
const ACCESS = {
  owner: { mask: 0o077, said: "its owner's alone" },
  group: { mask: 0o027, said: "its owner's and its group's" },
} as const satisfies Readonly<Record<Config["data"]["access"], unknown>>;

/** What is the program's own in any folder: somebody may keep other things beside it. */
const OWN = /^(images|pictures|(\.?dreamloom|web-chat)\..+)$/;

/** What this process and those that it starts write from here on is their user's alone, or that user's group's. */
export function writePrivately({ data }: Pick<Config, "data">): void {
  process.umask(ACCESS[data.access].mask);
}

/**
 * Makes a folder of the program's own, private as above, for a verb whose other files are its user's to share: the bot
 * would find it open at its start, and complain of it.
 */
export function makePrivately({ data }: Pick<Config, "data">, folder: string): void {
  const before = process.umask(ACCESS[data.access].mask);
  try {
    makeFolder(folder);
  } catch {
    // Whatever uses it says what is wrong with it.
  } finally {
    process.umask(before);
  }
}

/** Takes from others what they may do in folders of before. What the program does not own is left as it is. */
export function closeFolders({ data }: Pick<Config, "data">, folders: readonly string[], logger: Logger): void {
  const { mask, said } = ACCESS[data.access];
  for (const folder of folders) {
    const open = [folder, ...namesIn(folder).map((name) => join(folder, name))].filter((path) => isOpen(path, mask));
    for (const path of open) chmodSync(path, permissions(lstatSync(path)) & ~mask);
    if (open.length > 0) logger.warn({ folder, closed: open }, `a folder was open to others: it is now ${said}`);
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => OWN.test(name));
  } catch {
    // It is not there yet, or whatever uses it says what is wrong with it.
    return [];
  }
}

function isOpen(path: string, mask: number): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats || stats.isSymbolicLink() || stats.uid !== process.getuid?.()) return false;
  // A folder such as /tmp is everybody's on purpose.
  return (stats.mode & 0o1000) === 0 && (permissions(stats) & mask) !== 0;
}

function permissions({ mode }: Stats): number {
  return mode & 0o7777;
}
