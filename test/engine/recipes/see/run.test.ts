import { expect, it } from "vitest";
import { classNames } from "../../../../src/engine/classes.js";
import { classify, pictureToSee } from "../../../../src/engine/classify.js";
import { openPicture } from "../../../../src/engine/images/codec.js";
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
  const all = await classify(engine, await pictureToSee(await openPicture(image)));
  expect(all).toHaveLength(1000);
  expect(labels).toEqual(all.slice(0, 5));
  expect(labels.map(({ name }) => classNames(1000).includes(name))).toEqual([true, true, true, true, true]);
  expect((await ask({ network: "naming", labels: 2 }, { image })).labels).toEqual(all.slice(0, 2));
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
