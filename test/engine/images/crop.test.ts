import { describe, expect, it } from "vitest";
import { extended, middle } from "../../../src/engine/images/resample.js";
import { scene } from "../recipes/tiny.js";

describe("an image that is too small for a network", () => {
  it("goes on mirrored on both sides, and its middle is the image again", () => {
    const line = { width: 3, height: 1, data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9) };
    expect([...extended(line, 7).data.subarray(0, 7)]).toEqual([3, 2, 1, 2, 3, 2, 1]);
    for (const [width, height] of [
      [5, 40],
      [40, 5],
      [1, 1],
      [6, 7],
    ] as const) {
      const image = scene(width, height);
      const larger = extended(image, 31);
      expect([larger.width, larger.height]).toEqual([Math.max(31, width), Math.max(31, height)]);
      expect(middle(larger, image)).toEqual(image);
    }
  });

  it("is left alone where it is large enough", () => {
    const image = scene(31, 40);
    expect(extended(image, 31)).toBe(image);
    expect(middle(image, { width: 64, height: 64 })).toBe(image);
  });
});
