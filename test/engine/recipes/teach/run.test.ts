import { describe, expect, it } from "vitest";
import { classify } from "../../../../src/engine/classify.js";
import { decode } from "../../../../src/engine/images/codec.js";
import type { EngineFrame } from "../../../../src/engine/process/engine.js";
import { runJob } from "../../../../src/engine/run-job.js";
import { decodeTrainedLayer } from "../../../../src/engine/training/trained-layer.js";
import { drawn } from "../../../support/pictures.js";
import { naming as namingNetwork, openTiny } from "../tiny.js";

const tiny = openTiny();

async function run(recipe: string, params: object, pictures: Record<string, Uint8Array>) {
  const frames: EngineFrame[] = [];
  const onFrame = (frame: EngineFrame) => frames.push(frame);
  const request = { recipe, params: { network: "vgg", ...params }, pictures };
  return { frames, result: await runJob(request, { ...tiny, onFrame }) };
}

const examples = async (count: number) =>
  Object.fromEntries(
    await Promise.all(
      Array.from({ length: count }, async (_, i) => [`example${i + 1}`, await drawn(64 + 8 * i, 80)] as const),
    ),
  );

describe("a lesson", () => {
  it("mixes with a word: the network sees more of it than without", async () => {
    const naming = { network: "naming", size: 96, steps: 4 };
    const { result } = await run("teach", { network: "naming", name: "moths", channels: 3 }, await examples(5));
    const pictures = { image: await drawn(96, 72), taught: Buffer.from(result.taught?.file ?? "", "base64") };
    const lions = async (params: object) => {
      const { picture } = (await run("dream", { ...naming, look: "moths", ...params }, pictures)).result;
      const seen = await classify({ programs: tiny.programs, network: namingNetwork }, await decode(picture));
      return seen.find(({ name }) => name === "lion")?.probability ?? 0;
    };
    expect(await lions({ into: "lion" })).toBeGreaterThan(1.02 * (await lions({})));
  });

  it("shows what it learns from, and gives a layer that a dream takes with it", async () => {
    const { frames, result } = await run("teach", { name: "moths", channels: 3 }, await examples(5));
    expect(frames[0]).toMatchObject({ kind: "preview", octaves: 1, width: 480, height: 96 });
    expect(frames.map(({ progress }) => progress)).toEqual(
      frames.map(({ progress }) => progress).sort((a, b) => a - b),
    );
    expect(result).toMatchObject({ recipe: "teach", width: 384, type: "image/png" });
    const file = Buffer.from(result.taught?.file ?? "", "base64");
    expect(decodeTrainedLayer(file, "test")).toMatchObject({ name: "moths", pictures: 5 });
    const image = await drawn(64, 48);
    const dream = { look: "moths", size: 64, octaves: 1, steps: 2 };
    const taught = await run("dream", dream, { image, taught: file });
    expect(taught.result.width).toBe(64);
    await expect(run("dream", dream, { image })).rejects.toMatchObject({ kind: "input" });
    await expect(run("dream", dream, { image, taught: image })).rejects.toMatchObject({ kind: "network" });
  });

  it("needs five pictures and a name", async () => {
    const four = run("teach", { name: "moths" }, await examples(4));
    await expect(four).rejects.toMatchObject({ kind: "input", identifier: "teach.too-few" });
    const nameless = run("teach", {}, await examples(5));
    await expect(nameless).rejects.toMatchObject({ kind: "input", identifier: "teach.nameless" });
  });
});
