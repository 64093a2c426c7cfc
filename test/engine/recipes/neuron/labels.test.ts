/** Words and neurons: what channels stand for, and neurons of a word. */
import { describe, expect, it } from "vitest";
import { classify } from "../../../../src/engine/classify.js";
import { neuronDefinition } from "../../../../src/engine/recipes/neuron/definition.js";
import { neuron } from "../../../../src/engine/recipes/neuron/run.js";
import { gridDefinition } from "../../../../src/engine/recipes/neuron-grid/definition.js";
import { grid } from "../../../../src/engine/recipes/neuron-grid/run.js";
import { runJob } from "../../../../src/engine/run-job.js";
import { sentence } from "../../../../src/shared/sentences/sentence.js";
import { lastOf, naming, openTiny } from "../tiny.js";

const context = openTiny();
const LAYER = "block3_conv1";
const one = (params: Record<string, unknown>) =>
  lastOf(neuron(neuronDefinition.params.parse({ network: "naming", size: 64, steps: 6, ...params }), {}, context));
const sheet = (params: Record<string, unknown>) =>
  lastOf(
    grid(gridDefinition.params.parse({ network: "naming", size: 64, steps: 2, columns: 3, ...params }), {}, context),
  );
const sees = async (image: Parameters<typeof classify>[1], name: string) =>
  (await classify({ programs: context.programs, network: naming }, image)).find((each) => each.name === name)
    ?.probability ?? 0;

describe("a neuron of a word", () => {
  it("shows what the network calls by it, more than another word does, and mixes with channels", async () => {
    const [castle, pizza] = [await one({ into: "castle" }), await one({ into: "pizza" })];
    expect(await sees(castle.image, "castle")).toBeGreaterThan(1.05 * (await sees(pizza.image, "castle")));
    expect(await sees(pizza.image, "pizza")).toBeGreaterThan(1.05 * (await sees(castle.image, "pizza")));
    const away = await one({ channels: "1", layer: LAYER, away: "castle" });
    const towards = await one({ channels: "1", layer: LAYER });
    expect(await sees(away.image, "castle")).toBeLessThan(await sees(towards.image, "castle"));
  });

  it("is refused where the network names nothing", async () => {
    const job = { recipe: "neuron", params: { network: "vgg", into: "castle", size: 64 }, pictures: {} };
    await expect(runJob(job, { ...context, onFrame: () => undefined })).rejects.toMatchObject({
      message: expect.stringContaining("random-vgg cannot name things"),
    });
  });
});

describe("what neurons stand for", () => {
  it("is told with the picture, of the layer that the classifier reads; others have no labels", async () => {
    const { meanings } = await one({ channels: `${LAYER}/1 block2_conv1/3`, steps: 1 });
    expect(meanings).toMatchObject({ layer: LAYER, channels: [{ channel: 1 }], others: true });
    expect(meanings && sentence("result.meanings", { meanings })).toBe(
      `What neurons of ${LAYER} stand for: 1: castle. The other neurons have no labels; those of ${LAYER} do.`,
    );
    const none = (await one({ channels: "3", layer: "block2_conv1", steps: 1 })).meanings;
    expect(none && sentence("result.meanings", { meanings: none })).toBe(
      `These neurons have no labels; those of ${LAYER} do.`,
    );
    expect((await one({ channels: "3", layer: "block2_conv1", steps: 1, network: "vgg" })).meanings).toBeUndefined();
  });

  it("says of one that stands for nothing alone that it is a mix", () => {
    const labels = (deviations: number) => ["jay", "agama", "lorikeet"].map((name) => ({ name, deviations }));
    const told = (deviations: number) =>
      sentence("result.meanings", {
        meanings: { layer: "activation_48", channels: [{ channel: 4, labels: labels(deviations) }], others: false },
      });
    expect(told(8)).toBe("What neurons of activation_48 stand for: 4: jay.");
    expect(told(7.5)).toBe("What neurons of activation_48 stand for: 4: mostly jay.");
    expect(told(6.9)).toBe("What neurons of activation_48 stand for: 4: a mix of jay, agama and lorikeet.");
  });

  it("is searched for: the channels of a word, in the order in which they speak for it", async () => {
    const { meanings } = await sheet({ find: "lion" });
    expect(meanings?.channels.map(({ channel }) => channel)[0]).toBe(3);
    expect(meanings?.channels).toHaveLength(3);
    await expect(sheet({ find: "lion", layers: LAYER })).rejects.toThrow(
      "find chooses the layer and the channels itself",
    );
    await expect(sheet({ find: "lion", network: "vgg" })).rejects.toThrow("random-vgg cannot name things");
  });

  it("comes with a whole sheet", async () => {
    const params = { network: "naming", size: 64, steps: 2, columns: 2, sample: 2, layers: `${LAYER} block2_conv1` };
    const { meanings } = await sheet(params);
    expect(meanings).toMatchObject({ layer: LAYER, others: true });
    expect(meanings?.channels).toHaveLength(2);
  });
});
