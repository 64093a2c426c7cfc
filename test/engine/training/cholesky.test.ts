import { describe, expect, it } from "vitest";
import { gaussian, random } from "../../../src/engine/images/random.js";
import { backward, cholesky, forward } from "../../../src/engine/training/cholesky.js";

describe("cholesky", () => {
  it("solves A w = x", () => {
    const n = 20;
    const next = random(5);
    const b = Float64Array.from({ length: n * n }, () => gaussian(next));
    const a = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let sum = i === j ? 0.5 : 0;
        for (let k = 0; k < n; k++) sum += (b[i * n + k] ?? 0) * (b[j * n + k] ?? 0);
        a[i * n + j] = sum;
      }
    }
    const wanted = Float64Array.from({ length: n }, (_, i) => Math.cos(i));
    const x = wanted.map((_, i) => wanted.reduce((sum, w, j) => sum + w * (a[i * n + j] ?? 0), 0));
    const factor = cholesky(a, n);
    const solved = backward(factor, forward(factor, x));
    for (let i = 0; i < n; i++) expect(solved[i]).toBeCloseTo(wanted[i] ?? 0, 9);
  });

  it("refuses a matrix that is not positive definite", () => {
    expect(() => cholesky(Float64Array.of(1, 2, 2, 1), 2)).toThrow(RangeError);
  });
});
