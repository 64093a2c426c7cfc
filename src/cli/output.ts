/** What verbs print and write. Where results go is checked before the work, so that nothing is computed in vain. */
import { constants } from "node:fs";
import { access, mkdir, readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { sentence } from "../shared/sentences/sentence.js";
import { UsageError } from "./usage.js";

const REASONS = {
  EACCES: "cli.no-access",
  EPERM: "cli.no-access",
  EROFS: "cli.read-only",
  ENOSPC: "cli.disk-full",
  ENOTDIR: "cli.file-in-path",
  EEXIST: "cli.file-in-path",
  EISDIR: "cli.is-folder",
  ENAMETOOLONG: "cli.name-too-long",
} as const;

/** Turns the failure of a write into a sentence. */
export function cannotWrite(path: string, cause: unknown): UsageError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const reason = code in REASONS ? sentence(REASONS[code as keyof typeof REASONS]) : code || String(cause);
  return new UsageError("cli.unwritable", { path, reason }, { cause });
}

/**
 * Makes a folder where there is none.
 * @throws UsageError when that cannot be, or it cannot be written to
 */
export async function prepareFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
    await access(path, constants.W_OK);
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

/**
 * Makes the folder of a file.
 * @throws UsageError when the file cannot be written there
 */
export async function prepareFile(path: string): Promise<void> {
  await prepareFolder(dirname(path));
  const kind = await stat(path).catch(() => undefined);
  if (kind?.isDirectory()) throw cannotWrite(path, Object.assign(new Error("is a folder"), { code: "EISDIR" }));
  if (kind) await access(path, constants.W_OK).catch((cause: unknown) => Promise.reject(cannotWrite(path, cause)));
}

/** @throws UsageError when there is no such file, or it cannot be read */
export async function readPicture(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: NodeJS.ErrnoException) => {
    const why = { ENOENT: "cli.no-file", EISDIR: "cli.folder" } as const;
    throw new UsageError(why[cause.code as keyof typeof why] ?? "cli.unreadable", { path }, { cause });
  });
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/**
 * Rows as lines whose columns stand under one another; columns of numbers are given in `right`.
 * @example table([["name", "size"], ["vgg19", "80 MB"]], [1])
 */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (right.includes(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join("  ");
  return `${rows.map((row) => line(row).trimEnd()).join("\n")}\n`;
}

/** Bytes as people read them: `95.1 MB`. */
export function megabytes(bytes: number): string {
  const value = bytes / 1e6;
  return `${value >= 100 ? value.toFixed(0) : value >= 0.1 ? value.toFixed(1) : value.toFixed(3)} MB`;
}
