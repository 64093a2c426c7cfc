import type { Logger } from "pino";
import { timeLimit } from "../../../shared/async.js";
import { type ClusterSettings, connect, untilReady } from "../connection.js";
import type { BlobStore } from "./blob-store.js";
import { FolderBlobs } from "./folder.js";
import { RedisBlobs } from "./redis.js";

/** Milliseconds for one call: a result of the largest size comes through in it over a line of 40 Mbit/s. */
const CALL_MS = 15_000;
/** Longest wait for a first connection; the store can be used all the same afterwards. */
const CONNECT_MS = 2_000;

/**
 * Opens the store that the settings name; they have been checked. @param name of its connection, where that is Redis'
 */
export async function openBlobs(cluster: ClusterSettings, name: string, logger: Logger): Promise<BlobStore> {
  const { url, blobs, prefix, s3Endpoint, s3Region, maxMegabytes, keepHours } = cluster;
  const limits = { maxBytes: maxMegabytes * 1e6, keepMs: keepHours * 3_600_000, timeoutMs: CALL_MS };
  if (blobs.startsWith("folder:")) return new FolderBlobs(blobs.slice("folder:".length), limits);
  const s3 = /^s3:\/\/([^/]+)\/?(.*?)\/?$/.exec(blobs);
  if (!s3) {
    const redis = connect(url, name, logger, CALL_MS);
    await untilReady(redis, timeLimit(CONNECT_MS)).catch(() => undefined);
    return new RedisBlobs(redis, prefix, limits);
  }
  const [, bucket = "", under = ""] = s3;
  // Amazon's SDK is slow to load.
  const { S3Blobs } = await import("./s3.js");
  const endpoint = s3Endpoint === "" ? {} : { endpoint: s3Endpoint };
  return new S3Blobs({ bucket, prefix: under, region: s3Region, ...endpoint }, limits);
}
