import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from "@aws-sdk/client-s3";
import { type BlobLimits, type BlobStore, checkKey, checkSize, unreachable } from "./blob-store.js";

interface S3Place {
  readonly bucket: string;
  /** First part of every key, without slashes at its ends; may be empty. */
  readonly prefix: string;
  readonly region: string;
  /** Where the store answers; Amazon's own unless given. */
  readonly endpoint?: string;
  /** Taken from the environment, as Amazon's SDK does it, unless given. */
  readonly credentials?: S3ClientConfig["credentials"];
}

/** Blobs in a bucket of S3 or of a store that speaks its language, such as MinIO. */
export class S3Blobs implements BlobStore {
  readonly #client: S3Client;
  readonly #name: string;

  constructor(
    private readonly channel: S3Place,
    private readonly limits: BlobLimits,
    private readonly now: () => number = Date.now,
  ) {
    const { bucket, region, endpoint, credentials } = channel;
    this.#name = `The bucket ${bucket}`;
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

  async put(key: string, bytes: Uint8Array): Promise<void> {
    checkSize(bytes.byteLength, this.limits);
    const body = { ...this.#at(key), Body: bytes, ContentLength: bytes.byteLength };
    await this.#try((abortSignal) => this.#client.send(new PutObjectCommand(body), { abortSignal }));
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.#try(async (abortSignal) => {
      try {
        const { Body, ContentLength = 0 } = await this.#client.send(new GetObjectCommand(this.#at(key)), {
          abortSignal,
        });
        checkSize(ContentLength, this.limits);
        return await Body?.transformToByteArray();
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    });
  }

  async delete(keys: readonly string[]): Promise<void> {
    // One by one: deleting many at once wants a checksum that not every store takes.
    for (const key of keys)
      await this.#try((abortSignal) => this.#client.send(new DeleteObjectCommand(this.#at(key)), { abortSignal }));
  }

  async sweep(): Promise<void> {
    const { bucket, prefix } = this.channel;
    const before = this.now() - this.limits.keepMs;
    let token: string | undefined;
    do {
      const page = await this.#try((abortSignal) => {
        const list = {
          Bucket: bucket,
          Prefix: prefix === "" ? "" : `${prefix}/`,
          ...(token !== undefined && { ContinuationToken: token }),
        };
        return this.#client.send(new ListObjectsV2Command(list), { abortSignal });
      });
      for (const { Key, LastModified } of page.Contents ?? []) {
        if (Key === undefined || LastModified === undefined || LastModified.getTime() >= before) continue;
        await this.#try((abortSignal) =>
          this.#client.send(new DeleteObjectCommand({ Bucket: bucket, Key }), { abortSignal }),
        );
      }
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  #at(key: string): { Bucket: string; Key: string } {
    const { bucket, prefix } = this.channel;
    return { Bucket: bucket, Key: prefix === "" ? checkKey(key) : `${prefix}/${checkKey(key)}` };
  }

  async #try<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await call(AbortSignal.timeout(this.limits.timeoutMs));
    } catch (error) {
      throw unreachable(this.#name, error);
    }
  }
}
