import type { Redis } from "ioredis";
import type { BlobLimits, BlobStore } from "./blob-store.js";
import { FolderBlobs } from "./folder.js";
import { RedisBlobs } from "./redis.js";

interface BlobSettings {
  /** "redis", "folder:/path" or "s3://bucket/prefix"; the settings have been checked. */
  readonly blobs: string;
  readonly s3Endpoint: string;
  readonly s3Region: string;
  /** First word of the keys in Redis. */
  readonly prefix: string;
}

/**
 * Opens the store that the settings name.
 * @param redis makes a connection, where one is needed
 */
export async function openBlobs(settings: BlobSettings, redis: () => Redis, limits: BlobLimits): Promise<BlobStore> {
  const { blobs, prefix, s3Endpoint, s3Region } = settings;
  if (blobs.startsWith("folder:")) return new FolderBlobs(blobs.slice("folder:".length), limits);
  const bucket = /^s3:\/\/([^/]+)\/?(.*?)\/?$/.exec(blobs);
  if (!bucket) return new RedisBlobs(redis(), prefix, limits);
  const [, name = "", under = ""] = bucket;
  // Amazon's SDK takes its time to load; only those who use it wait.
  const { S3Blobs } = await import("./s3.js");
  const place = { bucket: name, prefix: under, region: s3Region };
  return new S3Blobs({ ...place, ...(s3Endpoint !== "" && { endpoint: s3Endpoint }) }, limits);
}
