import { afterAll, describe, expect, it } from "vitest";
import { input } from "../../../src/engine/graph/ops.js";
import { gaussian, random } from "../../../src/engine/images/random.js";
import { vector } from "../../../src/engine/objectives/objective.js";
import {
  drawThresholds,
  projected,
  projectionMoments,
  randomFeatureCount,
  randomFeatures,
} from "../../../src/engine/objectives/random-features.js";
import { onnxRuntime } from "../../../src/engine/runtimes/onnx/onnx.js";

const [CHANNELS, SIDE] = [60, 40];
const COUNT = randomFeatureCount(CHANNELS);
const runtime = onnxRuntime({ threads: 1 });
const map = input("map", [1, CHANNELS, null, null]);
const program = await runtime.compile({
  along: projected(map),
  moments: projectionMoments(map),
  features: randomFeatures(map, input("thresholds", [COUNT])),
});
afterAll(() => program.dispose());

/** What features see of normally distributed maps, of another mean in each channel. */
async function seen(thresholds: ArrayLike<number>) {
  const next = random(5);
  const data = Float32Array.from(
    { length: CHANNELS * SIDE ** 2 },
    (_, i) => Math.floor(i / SIDE ** 2) + gaussian(next),
  );
  const { along, moments, features } = await program.run({
    map: { data, shape: [1, CHANNELS, SIDE, SIDE] },
    thresholds: vector([...Array.from(thresholds)]),
  });
  if (!along || !moments || !features) throw new Error("the program gave less than it has");
  return { data, along, moments, features };
}

const places = SIDE ** 2;
const meanOf = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, v) => sum + v, 0) / values.length;

describe("random features", () => {
  it("are what of a projection is beyond its threshold", async () => {
    const thresholds = Float32Array.from({ length: COUNT }, (_, i) => i / 40 - 1);
    const { along, features } = await seen(thresholds);
    expect(features.shape).toEqual([1, COUNT, SIDE, SIDE]);
    const off = features.data.map((v, i) => {
      return Math.abs(v - Math.max(0, (along.data[i] ?? 0) - (thresholds[Math.floor(i / places)] ?? 0)));
    });
    expect(off.reduce((most, v) => Math.max(most, v), 0)).toBeLessThan(1e-4);
    expect(meanOf(features.data)).toBeGreaterThan(0.1);
  });

  it("project on directions of unit length, no two alike", async () => {
    const unit = Array.from({ length: CHANNELS }, (_, c) => {
      const data = new Float32Array(CHANNELS).fill(0);
      data[c] = 1;
      return program.run({
        map: { data, shape: [1, CHANNELS, 1, 1] },
        thresholds: vector(Array(COUNT).fill(0)),
      });
    });
    const columns = (await Promise.all(unit)).map(({ along }) => along?.data ?? new Float32Array());
    const rows = Array.from({ length: COUNT }, (_, i) => columns.map((column) => column[i] ?? 0));
    for (const row of rows) expect(Math.hypot(...row)).toBeCloseTo(1, 5);
    expect(new Set(rows.map((row) => row.map((v) => v.toFixed(3)).join())).size).toBe(COUNT);
  });

  it("have thresholds among a style's projections: each tells apart another share of its places", async () => {
    const { moments, along } = await seen(new Float32Array(COUNT));
    for (let i = 0; i < COUNT; i++) {
      const row = along.data.subarray(i * places, (i + 1) * places);
      expect(moments.data[i]).toBeCloseTo(meanOf(row), 3);
      expect(moments.data[COUNT + i]).toBeCloseTo(meanOf(row.map((v) => v * v)), 2);
    }
    const thresholds = drawThresholds(moments);
    expect(drawThresholds(moments)).toEqual(thresholds);
    const { features } = await seen(thresholds.data);
    const shares = Array.from({ length: COUNT }, (_, i) =>
      meanOf(features.data.subarray(i * places, (i + 1) * places).map((v) => (v > 0 ? 1 : 0))),
    );
    // Quantiles of the same distribution: evenly from 0 to 1.
    const sorted = shares.sort((a, b) => a - b);
    for (const [i, share] of sorted.entries()) expect(Math.abs(share - i / COUNT)).toBeLessThan(0.15);
  });
});
