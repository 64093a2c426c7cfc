import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import type { BlobLimits } from "../../../../src/queue/cluster/blobs/blob-store.js";
import { FolderBlobs } from "../../../../src/queue/cluster/blobs/folder.js";
import { openBlobs } from "../../../../src/queue/cluster/blobs/open-blobs.js";
import { RedisBlobs } from "../../../../src/queue/cluster/blobs/redis.js";
import { S3Blobs } from "../../../../src/queue/cluster/blobs/s3.js";
import { startFakeS3 } from "../../../fakes/s3.js";
import { newFolder } from "../../../support/new-folder.js";
import { hasRedis, redisHint, startRedis } from "../../../support/redis.js";
import { clusterSettings } from "../harness.js";
import { blobStoreContract } from "./blob-store.contract.js";

const LIMITS: BlobLimits = { maxBytes: 1_000_000, keepMs: 60_000, timeoutMs: 300 };

blobStoreContract(
  `blobs in Redis (${redisHint})`,
  async () => {
    const server = await startRedis();
    const redis = new Redis(server.url);
    return {
      open: (limits) => new RedisBlobs(new Redis(server.url), "test", limits),
      count: () => redis.dbsize(),
      stop: async () => {
        redis.disconnect();
        await server.stop();
      },
    };
  },
  { skip: !hasRedis },
);

blobStoreContract("blobs in a shared folder", async () => {
  const folder = newFolder();
  return {
    open: (limits) => new FolderBlobs(folder, limits),
    count: async () =>
      readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length,
  };
});

blobStoreContract("blobs in S3", async () => {
  const server = await startFakeS3("art", { pageSize: 1 });
  const { endpoint, credentials } = server;
  return {
    open: (limits) =>
      new S3Blobs({ bucket: "art", prefix: "dreamloom", region: "us-east-1", endpoint, credentials }, limits),
    count: async () => server.objects.size,
    stop: () => server.stop(),
  };
});

describe("a store that cannot be reached", () => {
  it("is told in a sentence: S3 with a wrong secret, without its bucket, or without an answer", async () => {
    const server = await startFakeS3("art");
    onTestFinished(() => server.stop());
    const { endpoint, credentials } = server;
    const open = (change: object) =>
      new S3Blobs({ bucket: "art", prefix: "", region: "us-east-1", endpoint, credentials, ...change }, LIMITS);
    const unreachable = { kind: "unreachable", message: expect.stringMatching(/^The bucket \w+ cannot be reached\.$/) };
    await expect(
      open({ credentials: { ...credentials, secretAccessKey: "guessed" } }).put("a", new Uint8Array([1])),
    ).rejects.toMatchObject(unreachable);
    await expect(open({ bucket: "other" }).put("a", new Uint8Array([1]))).rejects.toMatchObject(unreachable);
    server.hang = true;
    await expect(open({}).get("a")).rejects.toMatchObject(unreachable);
    expect(server.objects.size).toBe(0);
  });

  it("is told in a sentence: a folder that is a file", async () => {
    const folder = newFolder();
    writeFileSync(join(folder, "file"), "");
    const blobs = new FolderBlobs(join(folder, "file"), LIMITS);
    await expect(blobs.put("a", new Uint8Array([1]))).rejects.toMatchObject({
      name: "BlobError",
      kind: "unreachable",
      message: expect.stringMatching(/^The folder .*file cannot be reached\.$/),
    });
  });
});

describe("the store that the settings name", () => {
  it("is Redis, a folder, or a bucket", async () => {
    const cluster = clusterSettings("redis://127.0.0.1:9");
    const open = async (blobs: string) => {
      const store = await openBlobs({ ...cluster, blobs }, "test", pino({ level: "silent" }));
      onTestFinished(() => store.close());
      return store;
    };
    expect(await open("redis")).toBeInstanceOf(RedisBlobs);
    expect(await open("folder:/srv/x")).toBeInstanceOf(FolderBlobs);
    expect(await open("s3://art/some/where/")).toBeInstanceOf(S3Blobs);
  });
});
