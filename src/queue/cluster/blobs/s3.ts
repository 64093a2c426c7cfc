import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from "@aws-sdk/client-s3";
import { type BlobLimits, BlobStore } from "./blob-store.js";

interface S3Location {
  readonly bucket: string;
  /** First part of every key, without slashes at its ends; may be empty. */
  readonly prefix: string;
  readonly region: string;
  /** The store's address; default: Amazon's. */
  readonly endpoint?: string;
  /** Default: from the environment, as Amazon's SDK does it. */
  readonly credentials?: S3ClientConfig["credentials"];
}

/** Blobs in a bucket of S3 or of a store that speaks its protocol, such as MinIO. */
export class S3Blobs extends BlobStore {
  readonly #client: S3Client;

  constructor(
    private readonly location: S3Location,
    limits: BlobLimits,
    private readonly now: () => number = Date.now,
  ) {
    const { bucket, region, endpoint, credentials } = location;
    super(`The bucket ${bucket}`, limits);
    this.#client = new S3Client({
      region,
      // Stores of one's own seldom have a host name for each bucket.
      ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
      ...(credentials !== undefined && { credentials }),
      maxAttempts: 3,
      requestHandler: { connectionTimeout: limits.timeoutMs, requestTimeout: limits.timeoutMs },
      // Older stores do not know the checksums that the SDK adds by itself; TLS and S3's own ETag stay.
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
    });
  }

  override async sweep(): Promise<void> {
    const { bucket: Bucket, prefix } = this.location;
    const before = this.now() - this.limits.keepMs;
    const list = { Bucket, Prefix: prefix === "" ? "" : `${prefix}/` };
    let token: string | undefined;
    do {
      const command = new ListObjectsV2Command({ ...list, ...(token !== undefined && { ContinuationToken: token }) });
      const page = await this.reach((abortSignal) => this.#client.send(command, { abortSignal }));
      for (const { Key, LastModified } of page.Contents ?? []) {
        if (Key === undefined || LastModified === undefined || LastModified.getTime() >= before) continue;
        await this.reach((abortSignal) => this.#client.send(new DeleteObjectCommand({ Bucket, Key }), { abortSignal }));
      }
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  override async close(): Promise<void> {
    this.#client.destroy();
  }

  protected write(key: string, bytes: Uint8Array, abortSignal: AbortSignal): Promise<unknown> {
    const body = { ...this.#at(key), Body: bytes, ContentLength: bytes.byteLength };
    return this.#client.send(new PutObjectCommand(body), { abortSignal });
  }

  protected async read(key: string, abortSignal: AbortSignal): Promise<Uint8Array | undefined> {
    try {
      const { Body, ContentLength = 0 } = await this.#client.send(new GetObjectCommand(this.#at(key)), { abortSignal });
      this.checkSize(ContentLength);
      return await Body?.transformToByteArray();
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }

  protected async remove(keys: readonly string[], abortSignal: AbortSignal): Promise<void> {
    // One by one: deleting many at once wants a checksum that not every store takes.
    for (const key of keys) await this.#client.send(new DeleteObjectCommand(this.#at(key)), { abortSignal });
  }

  #at(key: string): { Bucket: string; Key: string } {
    const { bucket, prefix } = this.location;
    return { Bucket: bucket, Key: prefix === "" ? key : `${prefix}/${key}` };
  }
}
