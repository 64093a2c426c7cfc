import { cp, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadNetwork } from "../../../src/engine/networks/catalogue.js";
import { catalogue, parseCatalogue } from "../../../src/engine/networks/catalogue-file.js";
import { lookLayers, presetsByDepth, presetsOf, resolveLayer } from "../../../src/engine/networks/looks.js";
import { newFolder } from "../../support/new-folder.js";
import { features, functional, imageLayer, layer, writeTfjs } from "./support/tiny.js";

/** A network whose layer "pick" is the first channel that goes into it. */
async function tinyModel(at: string): Promise<string> {
  await mkdir(at, { recursive: true });
  const layers = [
    imageLayer(),
    layer("Conv2D", "pick", ["image"], { use_bias: false }),
    layer("Activation", "pick_relu", ["pick"], { activation: "relu" }),
    layer("Flatten", "flatten", ["pick_relu"]),
  ];
  const kernel = { name: "pick/kernel", shape: [1, 1, 3, 1], data: Float32Array.of(1, 0, 0) };
  return writeTfjs(at, functional(layers), [kernel]);
}

const first = async (id: string, modelsPath: string[], modelsDir = "/nonexistent"): Promise<number | undefined> => {
  const network = await loadNetwork(id, { modelsDir, modelsPath });
  return (await features(network, "pick", { data: Float32Array.of(1, 2, 200), shape: [1, 3, 1, 1] })).data[0];
};

describe("the catalogue", () => {
  it("holds five networks to dream with, each with checksum, credit, looks and style layers, and the filter's", () => {
    const { nsfwjs, ...entries } = catalogue();
    expect(nsfwjs).toMatchObject({ classes: ["Drawing", "Hentai", "Neutral", "Porn", "Sexy"], square: 224 });
    expect(Object.keys(entries)).toEqual(["resnet50", "vgg19", "vgg16", "googlenet", "squeezenet"]);
    for (const { dream, credit, licence } of Object.values(entries)) {
      expect(Object.keys(dream?.looks ?? {})).toEqual(
        expect.arrayContaining(["textures", "patterns", "eyes", "creatures"]),
      );
      expect(credit && licence).toBeTruthy();
    }
  });

  it("says what is wrong with an entry", () => {
    const text = `x: { title: t, help: h, licence: l, credit: c, source: { url: "https://example.org/a", size: 1 }, preprocessing: { channels: xyz } }`;
    expect(() => parseCatalogue(text, "networks.yaml")).toThrow(
      /networks\.yaml: [\s\S]*checksum[\s\S]*x\.preprocessing\.channels/,
    );
  });
});

describe("loading a network", () => {
  it("searches the folders of modelsPath in order, then modelsDir, then takes paths of folders and files", async () => {
    const at = newFolder();
    const path = await tinyModel(join(at, "second", "mine"));
    await mkdir(join(at, "first"));
    const both = [join(at, "first"), join(at, "second")];
    const { id } = await loadNetwork("mine", { modelsDir: at, modelsPath: both });
    expect(id).toBe("mine");
    // Keras files are taken to want BGR minus ImageNet's mean.
    expect(await first("mine", both)).toBeCloseTo(200 - 103.939, 3);
    expect(await first("mine", [], join(at, "second"))).toBeCloseTo(200 - 103.939, 3);
    expect(await first(dirname(path), [])).toBeCloseTo(200 - 103.939, 3);
    expect(await first(path, [])).toBeCloseTo(200 - 103.939, 3);
  });

  it("takes preprocessing and presets from dreamloom.yaml, else from the catalogue's entry of that name", async () => {
    const at = newFolder();
    await tinyModel(join(at, "mine"));
    await writeFile(
      join(at, "mine", "dreamloom.yaml"),
      `title: Mine
preprocessing: { channels: rgb, mean: [127.5, 127.5, 127.5], scale: 0.5 }
dream: { default: eyes, looks: { eyes: { description: Eyes, layers: { pick_relu: 2 } } } }`,
    );
    expect(await first("mine", [at])).toBeCloseTo((1 - 127.5) / 2, 4);
    const network = await loadNetwork("mine", { modelsDir: at, modelsPath: [at] });
    expect(lookLayers(network)).toEqual({ pick_relu: 2 });
    expect(lookLayers(network, "eyes")).toEqual({ pick_relu: 2 });
    expect(() => lookLayers(network, "eye")).toThrow("mine has no look called eye; did you mean eyes?");
    expect(() => lookLayers(network, "towers")).toThrow("mine has no look called towers; it has eyes.");

    await tinyModel(join(at, "googlenet"));
    expect(await first("googlenet", [at])).toBe(200 - 104);
    // Its layers are not GoogLeNet's, so its presets are not either.
    const other = await loadNetwork("googlenet", { modelsDir: at, modelsPath: [at] });
    expect(Object.keys(lookLayers(other)).every((name) => other.layers.some((l) => l.name === name))).toBe(true);
  });

  it("names mistakes in dreamloom.yaml", async () => {
    const at = newFolder();
    await tinyModel(join(at, "mine"));
    const write = (text: string) => writeFile(join(at, "mine", "dreamloom.yaml"), text);
    await write("preprocessing: { channels: grb }");
    await expect(first("mine", [at])).rejects.toThrow(/dreamloom\.yaml cannot be used: .*preprocessing\.channels/);
    await write("style: { layers: { pick_rellu: 1 }, content: pick }");
    await expect(first("mine", [at])).rejects.toThrow(/no layer called pick_rellu; did you mean pick_relu or pick\?/);
  });

  it("says what it looked for", async () => {
    const at = newFolder();
    const load = (id: string) => loadNetwork(id, { modelsDir: at, modelsPath: [at] });
    await expect(load("resnet5")).rejects.toThrow("There is no network resnet5; did you mean resnet50?");
    await expect(load("../nowhere")).rejects.toThrow(/There is no network \.\.\/nowhere; there are resnet50, vgg19/);
    await mkdir(join(at, "empty"));
    await expect(load("empty")).rejects.toThrow(/empty holds no network/);
    await tinyModel(join(at, "two"));
    await cp(join(at, "two", "model.json"), join(at, "two", "b.onnx"));
    await expect(load("two")).rejects.toThrow(/holds several networks \(b\.onnx, model\.json\); name one/);
    await writeFile(join(at, "x.txt"), "");
    await expect(load(join(at, "x.txt"))).rejects.toThrow(/x\.txt is not a network/);
  });
});

describe("layers and looks of any network", () => {
  it("resolves layers by name, whatever their letter case, and helps where there is none", async () => {
    const at = newFolder();
    await tinyModel(join(at, "mine"));
    const network = await loadNetwork("mine", { modelsDir: at, modelsPath: [at] });
    expect(resolveLayer(network, "pick")).toEqual({ name: "pick", kind: "Conv2D", channels: 1, stride: 1 });
    expect(resolveLayer(network, "Pick-ReLU").name).toBe("pick_relu");
    expect(() => resolveLayer(network, "pik")).toThrow("mine has no layer called pik; did you mean pick?");
    expect(() => resolveLayer(network, "zzzzzz")).toThrow(
      "mine has no layer called zzzzzz; its layers run from pick to pick_relu.",
    );
    expect(() => resolveLayer(network, "flatten")).toThrow(
      "Layer flatten of mine cannot be used: only class scores are left from here on, and they need pictures of one size. The deepest usable layer is pick_relu.",
    );
  });

  it("chooses layers by depth for a network without presets, deeper for larger things", () => {
    const layers = Array.from({ length: 20 }, (_, i) => ({
      name: `relu${i}`,
      kind: "Activation",
      channels: 8,
      stride: 2,
    }));
    const { dream } = presetsByDepth(layers);
    const depths = ["textures", "patterns", "parts", "creatures", "ornaments"].map((look) =>
      Number(Object.keys(dream.looks[look]?.layers ?? {})[0]?.slice(4)),
    );
    expect(depths).toEqual([...depths].sort((a, b) => a - b));
    expect(new Set(depths).size).toBe(5);
    expect(presetsOf({ id: "x", layers, bytes: 0, build: () => expect.fail() }).dream.default).toBe("creatures");
  });
});

const folders = process.env.MODELS_PATH?.split(":").filter(Boolean) ?? [];
describe.skipIf(folders.length === 0)(
  "real networks (needs MODELS_PATH with vgg19/, googlenet/ and squeezenet/)",
  () => {
    it.each([
      ["vgg19", "block5_pool", 512, 32],
      ["googlenet", "inception_5b/output_1", 1024, 32],
      ["squeezenet", "fire9/concat", 512, 16],
    ])("%s loads with its presets and computes its deepest layer", async (id, deepest, channels, stride) => {
      const network = await loadNetwork(id, { modelsDir: "/nonexistent", modelsPath: folders });
      expect(network.layers.at(-1)).toMatchObject({ name: deepest, channels, stride });
      expect(network.presets).toEqual({ dream: catalogue()[id]?.dream, style: catalogue()[id]?.style });
      const { data, shape } = await features(network, deepest, {
        data: new Float32Array(3 * 70 * 90).fill(128),
        shape: [1, 3, 70, 90],
      });
      expect(shape[1]).toBe(channels);
      expect(data.every(Number.isFinite) && data.some((x) => x > 0)).toBe(true);
    });
  },
);
