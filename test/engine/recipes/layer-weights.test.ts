import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseLayerWeights, readLayerWeights } from "../../../src/engine/recipes/layer-weights.js";

describe("layers with weights", () => {
  it("are read back as printed", () => {
    const weighted = fc.record({
      name: fc.stringMatching(/^[a-zA-Z_][\w./-]{0,20}$/),
      weight: fc
        .integer({ min: -1_000_000, max: 1_000_000 })
        .filter((n) => n !== 0)
        .map((n) => n / 1000),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(weighted, { minLength: 1, maxLength: 16, selector: (layer) => layer.name }),
        (layers) => {
          const printed = readLayerWeights(layers.map(({ name, weight }) => `${name}:${weight}`).join(" "));
          expect(Object.entries(parseLayerWeights(printed ?? ""))).toEqual(
            layers.map(({ name, weight }) => [name, weight]),
          );
        },
      ),
    );
  });

  it("are refused where they are none", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void readLayerWeights(text)));
    for (const text of ["", "a:", "a:x y", "a:0", "a a", "a:1e9", "ä", "a:99999"])
      expect(readLayerWeights(text), text).toBeUndefined();
    expect(readLayerWeights("conv:0:2, b")).toBe("conv:0:2 b:1");
  });
});
