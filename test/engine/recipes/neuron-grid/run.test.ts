import { describe, expect, it } from "vitest";
import { sheetPlaces } from "../../../../src/engine/images/contact-sheet.js";
import { random } from "../../../../src/engine/images/random.js";
import type { Raster } from "../../../../src/engine/images/raster.js";
import { cropRaster } from "../../../../src/engine/images/resample.js";
import { channels as objective } from "../../../../src/engine/objectives/channels.js";
import { takeSteps } from "../../../../src/engine/optimize/steps.js";
import { channelsOf } from "../../../../src/engine/recipes/channel-terms.js";
import { neuronAscent } from "../../../../src/engine/recipes/neuron/ascent.js";
import { ascentOptionsOf } from "../../../../src/engine/recipes/neuron/ascent-options.js";
import { gridDefinition } from "../../../../src/engine/recipes/neuron-grid/definition.js";
import { grid } from "../../../../src/engine/recipes/neuron-grid/run.js";
import { clouds } from "../../../../src/engine/recipes/noise.js";
import { difference, framesOf, lastOf, openTiny, vgg } from "../tiny.js";

const context = openTiny();
const small = { network: "vgg", size: 48, steps: 4, layers: "block1_conv1 block3_conv1", sample: 5, columns: 4 };
const run = (params: Record<string, unknown> = {}) =>
  grid(gridDefinition.params.parse({ ...small, ...params }), {}, context);

describe("grid", () => {
  it("has a row for each layer, which grows from frame to frame", async () => {
    const { frames } = await framesOf(run());
    const rows = frames.filter((f) => f.kind === "octave");
    expect(rows.map((f) => [f.octave, f.octaves])).toEqual([
      [1, 2],
      [2, 2],
    ]);
    const { width, height, tile } = sheetPlaces({ rows: 2, columns: 4, side: 36, title: "block1_conv1" });
    for (const { image } of rows) expect([image.width, image.height]).toEqual([width, height]);
    const second = { ...tile(1, 0), width: 36, height: 36 };
    const [before, after] = rows.map((f) => cropRaster(f.image, second));
    if (!before || !after) throw new Error("a row is missing");
    expect(new Set(before.data)).toEqual(new Set([180]));
    expect(new Set(after.data).size).toBeGreaterThan(50);
    expect(rows[1]?.progress).toBeCloseTo(1);
  });

  it("shows channels that are named, however many stand beside them, and sorts them by the value reached", async () => {
    const { tile } = sheetPlaces({ rows: 1, columns: 3, side: 36, title: "block2_conv1" });
    const at = (column: number) => ({ ...tile(0, column), width: 36, height: 36 });
    const three = (await lastOf(run({ layers: undefined, channels: "block2_conv1/1 block2_conv1/7 block2_conv1/11" })))
      .image;
    const singles: { lossEnd: number; tile: Raster }[] = [];
    for (const channel of [1, 7, 11]) {
      const { image, lossEnd } = await lastOf(run({ layers: "block2_conv1", channels: String(channel) }));
      singles.push({ lossEnd, tile: cropRaster(image, at(0)) });
    }
    const alike = singles.map((single) =>
      [0, 1, 2].map((column) => difference(single.tile, cropRaster(three, at(column)))),
    );
    // Each single is one of the three, and the three are different.
    const columns = alike.map((row) => row.indexOf(Math.min(...row)));
    expect([...columns].sort()).toEqual([0, 1, 2]);
    for (const [n, column] of columns.entries()) expect(alike[n]?.[column]).toBeLessThan(3);
    const order = columns
      .map((column, n) => ({ column, loss: singles[n]?.lossEnd ?? 0 }))
      .sort((a, b) => a.column - b.column);
    expect(order.map((o) => o.loss)).toEqual(order.map((o) => o.loss).sort((a, b) => a - b));
  });

  it("makes the same bytes of one seed, and draws other channels with another", async () => {
    const [a, b, c] = [await lastOf(run()), await lastOf(run()), await lastOf(run({ seed: 9 }))];
    expect(a.image).toEqual(b.image);
    expect(difference(a.image, c.image)).toBeGreaterThan(3);
  });

  it("has the book's values", () => {
    expect(gridDefinition.params.parse({ preset: "book" })).toMatchObject({
      layers: "block1_conv1 block2_conv1 block3_conv2 block4_conv2 block5_conv3",
      size: 128,
      steps: 20,
      columns: 8,
    });
  });

  it.each([
    [{ channels: "" }, "No channel is named."],
    [{ layers: "block7_conv1" }, "no layer called block7_conv1"],
    [{ channels: "99" }, "there is no 99"],
  ])("refuses %j with a sentence", async (params, sentence) => {
    await expect(framesOf(run(params))).rejects.toThrow(sentence);
  });
});

describe("a batch", () => {
  it("ascends as each of its images would alone", async () => {
    async function ascended(channels: readonly number[]) {
      const randoms = channels.map((n) => random(20 + n));
      const images = randoms.map((next) => clouds(40, 32, next));
      const terms = channels.map((channel) => [{ layer: "block2_conv1", channel, weight: 1 }]);
      const options = ascentOptionsOf(gridDefinition.params.parse(small), 0);
      const engine = { ...context, network: vgg };
      const ascent = neuronAscent(engine, objective(terms, channelsOf(vgg)), randoms, options, {
        width: 40,
        height: 32,
      });
      let last: { loss: number; images: readonly Raster[] } | undefined;
      for await (const { loss, images: read } of takeSteps({ images, steps: 3, ...ascent }, context.signal))
        last = { loss, images: await read() };
      return last;
    }
    const together = await ascended([0, 1, 2]);
    let sum = 0;
    for (const n of [0, 1, 2]) {
      const alone = await ascended([n]);
      sum += alone?.loss ?? Number.NaN;
      const [same, image] = [together?.images[n], alone?.images[0]];
      expect(same && image && difference(same, image)).toBeLessThan(0.05);
    }
    expect(together?.loss).toBeCloseTo(sum, 2);
  });
});
