/** A film that goes from one thing to the next. */
import { describe, expect, it } from "vitest";
import { classify } from "../../../../src/engine/classify.js";
import type { Raster } from "../../../../src/engine/images/raster.js";
import { neuronsAt, wordMixes } from "../../../../src/engine/recipes/zoom/cross-fade.js";
import { zoomDefinition } from "../../../../src/engine/recipes/zoom/definition.js";
import { zoom } from "../../../../src/engine/recipes/zoom/run.js";
import { runJob } from "../../../../src/engine/run-job.js";
import { framesOf, naming, openTiny } from "../tiny.js";

const context = openTiny();
const sees = async (image: Raster | undefined, name: string) => {
  if (!image) throw new Error("a frame is missing");
  const seen = await classify({ programs: context.programs, network: naming }, image);
  return seen.find((each) => each.name === name)?.probability ?? 0;
};
const film = async (params: Record<string, unknown>) => {
  const given = { network: "naming", width: 64, height: 64, frames: 6, fade: 2, steps: 4, seed: 1, ...params };
  const { frames } = await framesOf(zoom(zoomDefinition.params.parse(given), {}, context));
  return frames.filter(({ kind }) => kind === "film").map(({ image }) => image);
};

describe("a film into words", () => {
  it("shows one thing after the other", async () => {
    const images = await film({ into: "pizza castle" });
    expect(images).toHaveLength(6);
    const [pizza, castle] = [images[2], images[5]];
    expect(await sees(pizza, "pizza")).toBeGreaterThan(1.02 * (await sees(castle, "pizza")));
    expect(await sees(castle, "castle")).toBeGreaterThan(1.02 * (await sees(pizza, "castle")));
  });

  it("says of its last frame what is seen in it; a film of neurons says nothing", async () => {
    const given = { network: "naming", width: 64, height: 64, frames: 4, fade: 1, steps: 2 };
    const seenIn = async (params: Record<string, unknown>) => {
      const { frames } = await framesOf(zoom(zoomDefinition.params.parse({ ...given, ...params }), {}, context));
      return frames.map(({ seen }) => seen);
    };
    const said = await seenIn({ into: "pizza castle" });
    const after = { name: expect.any(String), probability: expect.any(Number) };
    expect(said.at(-1)).toEqual([{ network: "naming", after }]);
    expect(said.filter(Boolean)).toHaveLength(1);
    expect((await seenIn({ away: "castle", channels: "1", layer: "block3_conv1" })).at(-1)).toHaveLength(1);
    expect((await seenIn({ channels: "1", layer: "block3_conv1" })).filter(Boolean)).toEqual([]);
  });

  it("keeps away from a thing throughout, also among neurons", async () => {
    const towards = { channels: "1", layer: "block3_conv1" };
    const [kept, plain] = [await film({ ...towards, away: "castle" }), await film(towards)];
    expect(await sees(kept.at(-1), "castle")).toBeLessThan(await sees(plain.at(-1), "castle"));
  });

  it("fades the weights of one into those of the next", () => {
    const timing = { frames: 10, fade: 4, loop: false };
    const list = wordMixes("goldfish castle:2", 1000);
    const at = (frame: number) => neuronsAt(list, frame, timing).map((part) => ("place" in part ? part.place : -1));
    expect(at(0)).toEqual([1]);
    expect(at(3)).toEqual([1, 483]);
    expect(at(9)).toEqual([483]);
    expect(neuronsAt(list, 9, timing)[0]?.weight).toBe(2);
  });

  it("is refused with neurons, and where the network names nothing", async () => {
    const ask = (params: Record<string, unknown>) =>
      runJob({ recipe: "zoom", params: { width: 64, ...params }, pictures: {} }, { ...context, onFrame: () => {} });
    await expect(ask({ network: "naming", into: "castle", channels: "1" })).rejects.toThrow(
      "give either channels or into, not both.",
    );
    await expect(ask({ network: "vgg", into: "castle" })).rejects.toThrow("random-vgg cannot name things");
  });
});
