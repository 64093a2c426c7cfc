/** Where results go: checked before the work, so that nothing is computed in vain. */
import { constants } from "node:fs";
import { access, mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { UsageError } from "./usage-error.js";

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "it may not be written to",
  EPERM: "it may not be written to",
  EROFS: "that disk is read-only",
  ENOSPC: "the disk is full",
  ENOTDIR: "part of that path is a file, not a folder",
  EEXIST: "part of that path is a file, not a folder",
  EISDIR: "it is a folder",
  ENAMETOOLONG: "its name is too long",
};

/** Turns the failure of a write into a sentence. */
export function cannotWrite(path: string, cause: unknown): UsageError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return new UsageError(
    `"${path}" cannot be written: ${REASONS[code] ?? (code || String(cause))}. Choose another place.`,
    { cause },
  );
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
