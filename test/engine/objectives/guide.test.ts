import { describe, expect, it } from "vitest";
import { evaluate, observe } from "../../../src/engine/evaluate.js";
import { guide, placesOf } from "../../../src/engine/objectives/guide.js";
import { openTiny, scene, vgg } from "../recipes/tiny.js";

const { programs } = openTiny();
const LAYER = "block2_conv1";
const features = async (width: number, height: number) => {
  const found = await observe(
    programs,
    vgg,
    "guide test",
    (scope) => ({ map: scope.layer(LAYER) }),
    scene(width, height),
  );
  if (!found.map) throw new Error("no features");
  return found.map;
};

describe("guide", () => {
  it("is the mean of each place's best match", async () => {
    const [dreamt, borrowed] = [await features(24, 18), await features(20, 30)];
    const places = placesOf(borrowed, 1000);
    const [, count = 0, channels = 0] = places.shape;
    const pixels = dreamt.data.length / channels;
    let sum = 0;
    for (let p = 0; p < pixels; p++) {
      let best = Number.NEGATIVE_INFINITY;
      for (let q = 0; q < count; q++) {
        let dot = 0;
        for (let c = 0; c < channels; c++)
          dot += (dreamt.data[c * pixels + p] ?? 0) * (places.data[q * channels + c] ?? 0);
        best = Math.max(best, dot);
      }
      sum += best;
    }
    const { loss } = await evaluate(programs, vgg, guide([{ layer: LAYER, weight: 0.5, places }]), scene(24, 18));
    expect(loss / ((-0.5 * sum) / pixels)).toBeCloseTo(1, 4);
  });

  it("takes places evenly, and no more than asked for", async () => {
    const map = await features(60, 44);
    const all = placesOf(map, 10_000);
    expect(all.shape).toEqual([1, 30 * 22, 12]);
    const few = placesOf(map, 50);
    expect(few.shape[1]).toBeLessThanOrEqual(50);
    expect(few.shape[1]).toBeGreaterThan(20);
    // Every place taken is one of the map's.
    const rows = new Set(Array.from({ length: 660 }, (_, m) => all.data.slice(m * 12, m * 12 + 12).join()));
    for (let m = 0; m < (few.shape[1] ?? 0); m++)
      expect(rows.has(few.data.slice(m * 12, m * 12 + 12).join())).toBe(true);
    expect(placesOf({ data: Float32Array.of(1, 2), shape: [1, 2, 1, 1] }, 9)).toEqual({
      data: Float32Array.of(1, 2),
      shape: [1, 1, 2],
    });
  });
});
