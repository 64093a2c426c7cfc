import { describe, expect, it } from "vitest";
import { classify } from "../../../src/engine/classify.js";
import { evaluate, observe } from "../../../src/engine/evaluate.js";
import { random } from "../../../src/engine/images/random.js";
import { classes } from "../../../src/engine/objectives/classes.js";
import { naming, openTiny, scene, vgg } from "../recipes/tiny.js";

const { programs } = openTiny();
const next = random(3);
/** Noise: no two pixels are alike, so that every maximum is one pixel's. */
const image = { ...scene(40, 32), data: scene(40, 32).data.map(() => 255 * next()) };
const scoresOf = async () => {
  const { scores } = await observe(programs, naming, "scores", (scope) => ({ scores: scope.scores() }), image);
  return [...(scores?.data ?? [])];
};

describe("classes", () => {
  it("are what they say: wanted ones above the mean, all others below", async () => {
    const z = await scoresOf();
    const mean = z.reduce((sum, v) => sum + v, 0) / z.length;
    const of = (place: number) => (z[place] ?? 0) - mean;
    const others = Math.log(z.reduce((sum, v, i) => sum + ([483, 963].includes(i) ? 0 : Math.exp(v)), 0));
    const weights = new Map([
      [483, 1],
      [963, 0.5],
      [1, -2],
    ]);
    const { loss } = await evaluate(programs, naming, classes(weights, 1000), image);
    expect(loss).toBeCloseTo(-(of(483) + 0.5 * of(963) - 2 * of(1) - 0.75 * others), 3);
    const away = await evaluate(programs, naming, classes(new Map([[1, -1]]), 1000), image);
    expect(away.loss).toBeCloseTo(of(1), 3);
  });

  it("have a gradient along which the wanted one grows", async () => {
    const objective = classes(new Map([[483, 1]]), 1000);
    const { loss, gradient } = await evaluate(programs, naming, objective, image);
    const norm = Math.hypot(...gradient);
    const moved = { ...image, data: image.data.map((v, i) => v - (gradient[i] ?? 0) / norm) };
    const after = await evaluate(programs, naming, objective, moved);
    expect((after.loss - loss) / -norm).toBeCloseTo(1, 1);
  });

  it("are seen with probabilities that sum to 1, the most probable first", async () => {
    const seen = await classify({ programs, network: naming }, image);
    expect(seen.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5);
    const highest = (await scoresOf()).reduce((best, v, i, all) => (v > (all[best] ?? 0) ? i : best), 0);
    expect(seen[0]?.name).toBe((await import("../../../src/engine/classes.js")).classNames(1000)[highest]);
    expect(seen.every(({ probability }, i) => probability <= (seen[i - 1]?.probability ?? 1))).toBe(true);
  });

  it("are not there in a network that names nothing, and it is said which do", async () => {
    await expect(classify({ programs, network: vgg }, image)).rejects.toThrow(
      "random-vgg cannot name things: its file has no classifier. resnet50 and googlenet can.",
    );
  });
});
