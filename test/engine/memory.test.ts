import { describe, expect, it } from "vitest";
import { bytesPerPixel } from "../../src/engine/memory.js";
import { randomVgg } from "../../src/engine/networks/random-vgg.js";
import { tilesOf } from "../../src/engine/tiles.js";

describe("tiles", () => {
  it("cover every pixel once and keep to the budget", () => {
    const size = { width: 1501, height: 999 };
    const tiles = tilesOf(size, 300_000);
    expect(tiles.length).toBeGreaterThan(1);
    const seen = new Uint8Array(size.width * size.height);
    for (const { x, y, width, height } of tiles) {
      expect(width * height).toBeLessThanOrEqual(300_000);
      for (let row = y; row < y + height; row++)
        for (let column = x; column < x + width; column++)
          seen[row * size.width + column] = (seen[row * size.width + column] ?? 0) + 1;
    }
    expect(seen.every((times) => times === 1)).toBe(true);
  });

  it("are one where everything fits, and never too small to see in", () => {
    expect(tilesOf({ width: 640, height: 480 }, Number.POSITIVE_INFINITY)).toEqual([
      { x: 0, y: 0, width: 640, height: 480 },
    ]);
    expect(tilesOf({ width: 400, height: 400 }, 1).every(({ width, height }) => width >= 128 && height >= 128)).toBe(
      true,
    );
  });
});

describe("the memory of a step", () => {
  it("grows with depth and channels", () => {
    const [narrow, wide] = [8, 16].map((channels) =>
      randomVgg([
        [1, channels],
        [1, channels],
      ]),
    );
    if (!narrow || !wide) throw new Error("two networks were made");
    const shallow = bytesPerPixel(narrow, ["block1_conv1"]);
    expect(shallow).toBeGreaterThanOrEqual(8 * 4);
    expect(bytesPerPixel(narrow, ["block2_conv1"])).toBeGreaterThan(shallow);
    expect(bytesPerPixel(wide, ["block1_conv1"])).toBeCloseTo(2 * shallow, 6);
  });

  it("has the maps of random features, half as many channels beside a layer's own", () => {
    const network = randomVgg([[1, 8]]);
    const [plain, random] = [{}, { randomFeatures: ["block1_conv1"] }].map((options) =>
      bytesPerPixel(network, ["block1_conv1"], options),
    );
    expect(random).toBeCloseTo(((plain ?? 0) * (8 + 4)) / 8, 6);
  });

  it("has the tiles of Winograd's algorithm on the CPU: 2.25 times the largest map, twice", () => {
    const network = randomVgg([
      [1, 4],
      [1, 128],
    ]);
    const on = (runtime: string, layer: string) => bytesPerPixel(network, [layer], { pooling: "average", runtime });
    // It has few channels coming in.
    expect(on("onnx-cpu", "block2_pool")).toBe(on("tfjs-cpu", "block2_pool"));
    const deep = randomVgg([
      [1, 4],
      [3, 128],
    ]);
    const options = { pooling: "average" } as const;
    const tiles =
      bytesPerPixel(deep, ["block2_conv3"], { ...options, runtime: "onnx-cpu" }) -
      bytesPerPixel(deep, ["block2_conv3"], options);
    expect(tiles).toBeCloseTo(2 * 2.25 * 128 * (1 / 4) * 4, 6);
  });
});
