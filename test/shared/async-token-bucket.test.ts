import { expect, test } from "vitest";
import { TokenBucket } from "../../src/shared/async.js";

test("gives out its burst at once, then as many as come back", () => {
  let now = 0;
  const bucket = new TokenBucket({ burst: 2, perMinute: 60 }, () => now);
  expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([0, 0, 1_000]);
  now = 500;
  expect(bucket.take()).toBe(500);
  now = 1_000;
  expect(bucket.take()).toBe(0);
  now = 1e9;
  expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([0, 0, 1_000]);
});

test("a reserve is kept for calls that ask for none", () => {
  const bucket = new TokenBucket({ burst: 3, perMinute: 60 }, () => 0);
  expect([bucket.take(1), bucket.take(1), bucket.take(1)]).toEqual([0, 0, 1_000]);
  expect(bucket.take()).toBe(0);
});

test("can be emptied down to a number of tokens", () => {
  const bucket = new TokenBucket({ burst: 3, perMinute: 60 }, () => 0);
  bucket.limitTo(1);
  expect([bucket.take(), bucket.take()]).toEqual([0, 1_000]);
});
