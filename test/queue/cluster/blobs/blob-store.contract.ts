import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BlobLimits, BlobStore } from "../../../../src/queue/cluster/blobs/blob-store.js";

/** A store under test, opened as often as a test likes. */
export interface StoreUnderTest {
  open(limits: BlobLimits): BlobStore;
  /** How many blobs lie there now. */
  count(): Promise<number>;
  stop?(): Promise<void>;
}

const LIMITS: BlobLimits = { maxBytes: 1_000_000, keepMs: 60_000, timeoutMs: 10_000 };

/** What every store promises. */
export function blobStoreContract(
  name: string,
  start: () => Promise<StoreUnderTest>,
  options: { readonly skip?: boolean } = {},
): void {
  describe.skipIf(options.skip ?? false)(name, () => {
    let store: StoreUnderTest;
    beforeAll(async () => {
      store = await start();
    });
    afterAll(() => store?.stop?.());

    it("gives back the very bytes, also to another machine, and the newest of a key", async () => {
      const [here, there] = [store.open(LIMITS), store.open(LIMITS)];
      const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256);
      // A view into something larger, as decoders hand them out.
      await here.put("jobs/A/input-image", bytes.subarray(5, 60_005));
      const got = await there.get("jobs/A/input-image");
      expect(Buffer.from(got ?? []).equals(Buffer.from(bytes.subarray(5, 60_005)))).toBe(true);
      await there.put("jobs/A/input-image", new Uint8Array([1, 2]));
      expect([...((await here.get("jobs/A/input-image")) ?? [])]).toEqual([1, 2]);
      await here.put("jobs/A/empty", new Uint8Array());
      expect((await there.get("jobs/A/empty"))?.byteLength).toBe(0);
      await Promise.all([here.close(), there.close()]);
    });

    it("says undefined for what is not there, and deletes what is and what is not", async () => {
      const blobs = store.open(LIMITS);
      expect(await blobs.get("jobs/B/nothing")).toBeUndefined();
      await blobs.put("jobs/B/one", new Uint8Array([1]));
      await blobs.put("jobs/B/two", new Uint8Array([2]));
      await blobs.delete(["jobs/B/one", "jobs/B/nothing", "jobs/B/two"]);
      await blobs.delete([]);
      expect(await blobs.get("jobs/B/one")).toBeUndefined();
      expect(await blobs.get("jobs/B/two")).toBeUndefined();
      await blobs.close();
    });

    it("refuses what is too large with a sentence, and keeps what was there", async () => {
      const blobs = store.open({ ...LIMITS, maxBytes: 1000 });
      await blobs.put("jobs/C/x", new Uint8Array([7]));
      await expect(blobs.put("jobs/C/x", new Uint8Array(1001))).rejects.toMatchObject({
        name: "BlobError",
        kind: "too-large",
        message: expect.stringMatching(/cluster\.maxMegabytes.*smaller size/),
      });
      expect([...((await blobs.get("jobs/C/x")) ?? [])]).toEqual([7]);
      await blobs.close();
    });

    it("refuses keys that lead elsewhere", async () => {
      const blobs = store.open(LIMITS);
      for (const key of ["../x", "a//b", "/a", "a/../../b", "", "a/.hidden", "a b"]) {
        await expect(blobs.put(key, new Uint8Array([1]))).rejects.toThrow("is no key");
      }
      await blobs.close();
    });

    it("forgets what was not deleted", async () => {
      const long = store.open(LIMITS);
      await long.put("jobs/D/stays", new Uint8Array([1]));
      const before = await store.count();
      const brief = store.open({ ...LIMITS, keepMs: 1 });
      await brief.put("jobs/D/goes", new Uint8Array([1]));
      await expect
        .poll(async () => {
          await brief.sweep();
          return brief.get("jobs/D/goes");
        })
        .toBeUndefined();
      expect(await store.count()).toBeLessThanOrEqual(before);
      await Promise.all([long.close(), brief.close()]);
    });
  });
}
