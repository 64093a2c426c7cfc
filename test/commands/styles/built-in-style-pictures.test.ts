/** The committed style pictures are what their generator draws. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { drawStyle, FOLDER, STYLES } from "../../../scripts/make-styles.js";
import { loadBuiltInStyles } from "../../../src/commands/styles/built-in-styles.js";

/**
 * How far two pictures of one size are apart, in levels of 255, on average and as the share of values more than 40
 * apart.
 */
async function difference(a: Buffer, b: Buffer): Promise<{ mean: number; far: number }> {
  const [one, other] = await Promise.all([a, b].map((bytes) => sharp(bytes).removeAlpha().raw().toBuffer()));
  if (!one || !other || one.length !== other.length) return { mean: 255, far: 1 };
  let [sum, far] = [0, 0];
  for (let i = 0; i < one.length; i++) {
    const apart = Math.abs((one[i] ?? 0) - (other[i] ?? 0));
    sum += apart;
    if (apart > 40) far++;
  }
  return { mean: sum / one.length, far: far / one.length };
}

describe("scripts/make-styles.ts", () => {
  it("draws the styles that config/styles.yaml names, and no others", () => {
    expect(Object.keys(STYLES)).toEqual(loadBuiltInStyles().map(({ name }) => name));
  });

  it.each(Object.keys(STYLES))(
    "draws %s as it is committed (npx tsx scripts/make-styles.ts writes it)",
    async (name) => {
      const { mean, far } = await difference(await drawStyle(name), await readFile(join(FOLDER, `${name}.jpg`)));
      // Renderers and encoders may differ a little between machines; another drawing is 40 levels away.
      expect(mean).toBeLessThan(2);
      expect(far).toBeLessThan(0.005);
    },
  );

  it("would notice another drawing", async () => {
    const [glass, mosaic] = await Promise.all(["glass", "mosaic"].map((name) => readFile(join(FOLDER, `${name}.jpg`))));
    expect(glass && mosaic && (await difference(glass, mosaic)).mean).toBeGreaterThan(20);
  });
});
