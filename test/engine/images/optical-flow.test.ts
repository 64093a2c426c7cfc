import { describe, expect, it } from "vitest";
import { decode } from "../../../src/engine/images/codec.js";
import { believed, opticalFlow } from "../../../src/engine/images/optical-flow.js";
import { CHANNELS, type Raster } from "../../../src/engine/images/raster.js";
import { warp, warpAlong } from "../../../src/engine/images/warp.js";
import { sample } from "../../support/pictures.js";

const photo = await decode(sample(), 128);
const { width, height } = photo;

function flowsOf(before: Raster, after: Raster) {
  const [forth, back] = [opticalFlow(before, after), opticalFlow(after, before)];
  return { forth, sure: believed(before, after, forth, back) };
}

/** A square of one colour in the picture. */
function covered(image: Raster, left: number, top: number, side: number): Raster {
  const data = image.data.slice();
  for (let c = 0; c < CHANNELS; c++)
    for (let y = top; y < top + side; y++)
      data.fill(60 + 60 * c, (c * height + y) * width + left, (c * height + y) * width + left + side);
  return { ...image, data };
}

describe("optical flow", () => {
  it("finds where each pixel was when the camera has moved, turned and come nearer", () => {
    const [dx, dy, zoom, angle] = [5, -3, 1.03, Math.PI / 180];
    const after = warp(photo, { dx, dy, zoom, degrees: 1 });
    const { forth, sure } = flowsOf(photo, after);
    let [astray, unlike, seen] = [0, 0, 0];
    const { data } = warpAlong(photo, forth);
    for (let i = 0; i < width * height; i++) {
      if ((sure.data[i] ?? 0) < 0.5) continue;
      const [x, y] = [(i % width) - (width - 1) / 2 - dx, Math.floor(i / width) - (height - 1) / 2 - dy];
      const was = {
        x: (width - 1) / 2 + (Math.cos(angle) * x + Math.sin(angle) * y) / zoom,
        y: (height - 1) / 2 + (-Math.sin(angle) * x + Math.cos(angle) * y) / zoom,
      };
      astray += Math.hypot(
        (i % width) + (forth.dx[i] ?? 0) - was.x,
        Math.floor(i / width) + (forth.dy[i] ?? 0) - was.y,
      );
      unlike += Math.abs((data[i] ?? 0) - (after.data[i] ?? 0));
      seen++;
    }
    expect(seen / (width * height)).toBeGreaterThan(0.7);
    expect(astray / seen).toBeLessThan(0.4);
    expect(unlike / seen).toBeLessThan(3);
  });

  it("believes nothing of what was covered before, and all of what stayed", () => {
    const { sure } = flowsOf(covered(photo, 40, 30, 24), covered(photo, 60, 30, 24));
    const share = (left: number, top: number, wide: number, high: number): number => {
      let sum = 0;
      for (let y = top; y < top + high; y++)
        for (let x = left; x < left + wide; x++) sum += sure.data[y * width + x] ?? 0;
      return sum / (wide * high);
    };
    // What the square has left.
    expect(share(42, 32, 14, 20)).toBeLessThan(0.3);
    expect(share(2, 60, 100, 20)).toBeGreaterThan(0.9);
  });

  it("believes nothing after a cut to another scene", () => {
    const other = { ...photo, data: photo.data.slice().reverse() };
    const { sure } = flowsOf(photo, other);
    expect(sure.data.reduce((sum, v) => sum + v, 0) / sure.data.length).toBeLessThan(0.35);
  });
});
