import { describe, expect, it } from "vitest";
import { emptyRaster, type Raster } from "../../../src/engine/images/raster.js";
import { warp } from "../../../src/engine/images/warp.js";

/** A soft dot, so that positions between pixels can be told apart. */
function dot(width: number, height: number, x: number, y: number): Raster {
  const raster = emptyRaster(width, height);
  for (let c = 0; c < 3; c++) {
    for (let j = 0; j < height; j++) {
      for (let i = 0; i < width; i++)
        raster.data[(c * height + j) * width + i] = 200 * Math.exp(-((i - x) ** 2 + (j - y) ** 2) / 8);
    }
  }
  return raster;
}

function centre({ width, height, data }: Raster): [number, number] {
  let [sum, sx, sy] = [0, 0, 0];
  for (let j = 0; j < height; j++) {
    for (let i = 0; i < width; i++) {
      const v = data[j * width + i] ?? 0;
      sum += v;
      sx += v * i;
      sy += v * j;
    }
  }
  return [sx / sum, sy / sum];
}

describe("warp", () => {
  it("leaves a picture that does not move as it is", () => {
    const picture = dot(21, 16, 5, 9);
    expect(warp(picture, {})).toEqual(picture);
  });

  it.each([
    [31, 26],
    [40, 33],
  ])("zooms about the centre of %i x %i", (width, height) => {
    const [cx, cy] = [(width - 1) / 2, (height - 1) / 2];
    const [x, y] = centre(warp(dot(width, height, cx + 2, cy - 1), { zoom: 1.5 }));
    expect(x).toBeCloseTo(cx + 3, 1);
    expect(y).toBeCloseTo(cy - 1.5, 1);
  });

  it("adds up zooms of far less than a pixel", () => {
    // 0.05 % of 8 pixels is 1/250 of a pixel a frame.
    let picture = dot(49, 49, 24 + 8, 24);
    for (let frame = 0; frame < 300; frame++) picture = warp(picture, { zoom: 1.0005 });
    expect(centre(picture)[0] - 24).toBeCloseTo(8 * 1.0005 ** 300, 1);
    // And stays sharp: the peak is as high as it was.
    expect(Math.max(...picture.data)).toBeGreaterThan(190);
  });

  it("turns clockwise, and shifts", () => {
    const [x, y] = centre(warp(dot(41, 41, 28, 20), { degrees: 90, dx: 1.5, dy: -2 }));
    expect(x).toBeCloseTo(21.5, 1);
    expect(y).toBeCloseTo(26, 1);
  });

  it("goes on past the border, mirrored or from the other side", () => {
    const ramp = emptyRaster(8, 1);
    for (let i = 0; i < 24; i++) ramp.data[i] = i % 8;
    expect([...warp(ramp, { dx: 2 }, { border: "mirror" }).data.slice(0, 4)]).toEqual([2, 1, 0, 1]);
    expect([...warp(ramp, { dx: 2 }, { border: "wrap" }).data.slice(0, 4)]).toEqual([6, 7, 0, 1]);
  });

  it("keeps red, green and blue apart", () => {
    const picture = emptyRaster(6, 6);
    picture.data.fill(200, 0, 36);
    picture.data.fill(100, 36, 72);
    const moved = warp(picture, { zoom: 1.3, degrees: 12 });
    for (const [c, v] of [200, 100, 0].entries()) {
      for (const value of moved.data.subarray(c * 36, (c + 1) * 36)) expect(value).toBeCloseTo(v, 3);
    }
  });
});
