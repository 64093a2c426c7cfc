import { describe, expect, it } from "vitest";
import { z } from "zod";
import { withPresets } from "../../../src/engine/recipes/definition.js";
import { DEFINITIONS } from "../../../src/engine/recipes/definitions.js";
import { dreamDefinition } from "../../../src/engine/recipes/dream/definition.js";

const Params = withPresets(
  z.strictObject({ preset: z.enum(["book"]).optional(), steps: z.number().default(10), size: z.number().default(5) }),
  { book: { steps: 20 } },
);

describe("presets", () => {
  it("change defaults; what is given wins", () => {
    expect(Params.parse({})).toEqual({ steps: 10, size: 5 });
    expect(Params.parse({ preset: "book" })).toEqual({ preset: "book", steps: 20, size: 5 });
    expect(Params.parse({ preset: "book", steps: 3, size: undefined })).toEqual({ preset: "book", steps: 3, size: 5 });
    expect(() => Params.parse({ preset: "toString" })).toThrow();
    expect(() => Params.parse({ preset: "book", stepz: 1 })).toThrow();
    expect(() => Params.parse("book")).toThrow();
  });

  it("read what they made the same again", () => {
    for (const { params: schema } of DEFINITIONS) {
      const book = schema.parse({ preset: "book", seed: 4 });
      expect(schema.parse(book)).toEqual(book);
      // The preset makes a difference.
      expect({ ...schema.parse({ seed: 4 }), preset: "book" }).not.toEqual(book);
    }
  });

  it("leave a dream's defaults as they were", () => {
    expect(dreamDefinition.params.parse({})).toMatchObject({
      network: "resnet50",
      size: 512,
      octaves: 5,
      octaveScale: 1.4,
      steps: 16,
      strength: 1,
      seed: 1,
    });
    expect(dreamDefinition.params.parse({}).jitter).toBeUndefined();
  });
});
