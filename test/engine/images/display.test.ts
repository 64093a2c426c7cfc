import { describe, expect, it } from "vitest";
import { standardised, steadied, toned } from "../../../src/engine/images/display.js";
import { gaussian, random } from "../../../src/engine/images/random.js";
import { emptyRaster, type Raster } from "../../../src/engine/images/raster.js";

function gaussians(mean: number, deviation: number): Raster {
  const next = random(5);
  const raster = emptyRaster(32, 32);
  return { ...raster, data: raster.data.map(() => mean + deviation * gaussian(next)) };
}

function spread({ data }: Raster): { mean: number; deviation: number } {
  const mean = data.reduce((a, b) => a + b) / data.length;
  return { mean, deviation: Math.sqrt(data.reduce((sum, v) => sum + (v - mean) ** 2, 0) / data.length) };
}

describe("display", () => {
  it("standardised has the book's mean and spread: 0.5 and 0.1 of the range", () => {
    const { mean, deviation } = spread(standardised(gaussians(300, 7)));
    expect(mean).toBeCloseTo(127.5, 0);
    expect(deviation).toBeCloseTo(25.5, 0);
    const flat = standardised({ width: 2, height: 1, data: new Float32Array(6).fill(9) });
    expect([...flat.data]).toEqual(Array(6).fill(127.5));
  });

  it("toned fills the range and cuts little off", () => {
    const { data } = toned(gaussians(90, 12));
    expect(Math.min(...data)).toBe(0);
    expect(Math.max(...data)).toBe(255);
    expect(data.filter((v) => v === 0 || v === 255).length / data.length).toBeLessThan(0.05);
  });

  it("steadied pulls back what has gone too far, and little else", () => {
    let wild = gaussians(200, 100);
    for (let frame = 0; frame < 40; frame++) wild = steadied(wild);
    expect(spread(wild).deviation).toBeCloseTo(58, 0);
    expect(spread(wild).mean).toBeCloseTo(122, 0);
    expect(spread(steadied(gaussians(122, 20))).deviation).toBeCloseTo(spread(gaussians(122, 20)).deviation, 3);
  });
});
