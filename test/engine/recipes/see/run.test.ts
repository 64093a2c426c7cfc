import sharp from "sharp";
import { expect, it } from "vitest";
import { classNames } from "../../../../src/engine/classes.js";
import { classify, pictureToSee, sideToOpen } from "../../../../src/engine/classify.js";
import { decode, openPicture } from "../../../../src/engine/images/codec.js";
import { openMoving } from "../../../../src/engine/images/moving-picture.js";
import { emptyRaster } from "../../../../src/engine/images/raster.js";
import { sample } from "../../../../src/engine/images/resample.js";
import { SEE } from "../../../../src/engine/recipes/see/definition.js";
import { runJob } from "../../../../src/engine/run-job.js";
import { drawn } from "../../../support/pictures.js";
import { naming, openTiny } from "../tiny.js";

const context = openTiny();
const ask = (params: Record<string, unknown>, pictures: Record<string, Uint8Array>) =>
  runJob({ recipe: SEE, params, pictures }, { ...context, onFrame: () => undefined });

it("tells the best labels with the network's own probabilities, and shows the picture as it was seen", async () => {
  const image = await drawn(400, 300);
  const { labels = [], width, height, network } = await ask({ network: "naming" }, { image });
  expect([width, height, network]).toEqual([256, 192, "naming"]);
  const engine = { programs: context.programs, network: naming };
  const all = await classify(engine, await pictureToSee(naming, await openPicture(image)));
  expect(all).toHaveLength(1000);
  expect(labels).toEqual(all.slice(0, 5));
  expect(labels.map(({ name }) => classNames(1000).includes(name))).toEqual([true, true, true, true, true]);
  expect((await ask({ network: "naming", labels: 2 }, { image })).labels).toEqual(all.slice(0, 2));
});

it("shows a network that learnt from squares the whole picture as one, never opened larger than it is", async () => {
  const network = { ...naming, square: 64 };
  const square = { ...context, network: async () => network };
  const image = await drawn(400, 100);
  const seen = await runJob(
    { recipe: SEE, params: { network: "naming" }, pictures: { image } },
    { ...square, onFrame: () => undefined },
  );
  expect([seen.width, seen.height]).toEqual([64, 64]);
  const whole = sample(await decode(image), 64, 64);
  const all = await classify({ programs: context.programs, network }, whole);
  expect(seen.labels).toEqual(all.slice(0, 5));
  expect(sideToOpen(network, { width: 400, height: 100 })).toBe(400);
  const large = sideToOpen(network, { width: 10_000, height: 5_000 });
  expect((large * large) / 2).toBeLessThanOrEqual(8_000_000);
  expect(sideToOpen(network, { width: 600, height: 400 }, 200)).toBeLessThan(300);
});

it("looks at frames of a moving picture where that is asked for: one that a label is sure in counts", async () => {
  const stills = await Promise.all([400, 40, 200].map((side) => drawn(side, 64)));
  const same = await Promise.all(stills.map((still) => sharp(still).resize(96, 64, { fit: "fill" }).png().toBuffer()));
  const film = await sharp(same, { join: { animated: true } })
    .gif()
    .toBuffer();
  const { labels = [] } = await ask({ network: "naming", frames: 12, labels: 1000 }, { image: film });
  const moving = await openMoving(film);
  const frame = await moving?.decode({ places: [0, 1, 2] }, 256);
  const engine = { programs: context.programs, network: naming };
  const each = await Promise.all([0, 1, 2].map((place) => classify(engine, frame?.(place) ?? emptyRaster(1, 1))));
  for (const { name, probability } of labels.slice(0, 20)) {
    const highest = each.map((all) => all.find((seen) => seen.name === name)?.probability ?? 0);
    expect(probability).toBeCloseTo(Math.max(...highest), 5);
  }
  const [alone] = (await ask({ network: "naming", labels: 1000 }, { image: film })).labels ?? [];
  expect(labels).toHaveLength(1000);
  expect(labels[0]?.probability).toBeGreaterThanOrEqual(alone?.probability ?? 1);
  expect(new Set(each.map(([best]) => best?.probability)).size).toBe(3);
});

it("says why it cannot", async () => {
  const image = await drawn(40, 30);
  await expect(ask({ network: "vgg" }, { image })).rejects.toMatchObject({
    message: "random-vgg cannot name things: its file has no classifier. resnet50 and googlenet can.",
  });
  await expect(ask({ network: "naming" }, {})).rejects.toThrow("There is no picture to look at.");
  await expect(ask({ network: "naming" }, { image: new Uint8Array([1, 2, 3]) })).rejects.toMatchObject({
    kind: "input",
  });
});
