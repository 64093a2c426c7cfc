import type { ClusterSettings } from "../settings.js";
import type { BlobLimits } from "./blob-store.js";

/** One call to a store may take this long; a result of the largest size comes through in it over a line of 40 Mbit/s. */
export const BLOB_MS = 15_000;

export function blobLimits({ maxMegabytes, keepHours }: ClusterSettings): BlobLimits {
  return { maxBytes: maxMegabytes * 1e6, keepMs: keepHours * 3_600_000, timeoutMs: BLOB_MS };
}
