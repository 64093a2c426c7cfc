import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { newFolder } from "../support/new-folder.js";
import { writeTinyNetwork } from "../support/tiny-network.js";
import { dreamloom, type Ended } from "./run.js";

const folder = newFolder();
const [dir, path] = [join(folder, "dir"), join(folder, "path")];
let network: string;
beforeAll(async () => {
  network = await writeTinyNetwork();
  await mkdir(join(path, "mine"), { recursive: true });
  await cp(network, join(path, "mine"), { recursive: true });
  // A folder that bears a name of the catalogue, and one that is no network.
  await mkdir(join(path, "vgg19"));
  await cp(network, join(path, "vgg19"), { recursive: true });
  await mkdir(join(path, "notes"));
});

const models = (...args: string[]): Promise<Ended> =>
  dreamloom(["models", ...args], { env: { MODELS_DIR: dir, MODELS_PATH: path } });

async function json(...args: string[]): Promise<Record<string, unknown>> {
  const { code, out, err } = await models(...args, "--json");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return JSON.parse(out) as Record<string, unknown>;
}

/** One sentence, nothing else, exit code 2. */
function expectMistake({ code, out, err }: Ended, words: RegExp): void {
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(words);
  expect(err.trim().split("\n")).toHaveLength(1);
}

it("a verb makes the models folder its user's alone, as the bot would", async () => {
  const fresh = join(newFolder(), "cache", "models");
  const { code } = await dreamloom(["models", "layers", "mine"], { env: { MODELS_DIR: fresh, MODELS_PATH: path } });
  expect([code, (statSync(fresh).mode & 0o777).toString(8)]).toEqual([0, "700"]);
});

describe("dreamloom models list", () => {
  it("shows the catalogue and the folders, with what is here, how large it is and its licence", async () => {
    const { code, out } = await models("list");
    expect(code).toBe(0);
    const lines = out.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^ID +WHERE +SIZE +TITLE +LICENCE$/);
    expect(lines.find((l) => l.startsWith("resnet50 "))).toMatch(/to fetch +95\.1 MB +ResNet50.*MIT/);
    expect(lines.find((l) => l.startsWith("vgg19 "))).toMatch(/ here /);
    expect(lines.find((l) => l.startsWith("mine "))).toMatch(/ yours .*From a folder/);
    expect(out).not.toContain("notes");
  });

  it("says the same as one JSON object", async () => {
    const { networks } = (await json("list")) as { networks: Record<string, unknown>[] };
    expect(networks.find((n) => n.id === "vgg16")).toMatchObject({
      from: "catalogue",
      downloaded: false,
      bytes: 58_889_256,
    });
    const mine = networks.find((n) => n.id === "mine");
    const bytes = readdirSync(network).reduce((sum, name) => sum + readFileSync(join(network, name)).length, 0);
    expect(mine).toMatchObject({ from: "folder", downloaded: true, bytes, path: join(path, "mine", "model.json") });
  });
});

describe("dreamloom models pull", () => {
  it("says that a network is there already", async () => {
    expect(await models("pull", "vgg19")).toEqual({
      code: 0,
      out: `vgg19 is already there: ${join(path, "vgg19", "model.json")}\n`,
      err: "",
    });
    expect(await json("pull", "vgg19")).toMatchObject({ id: "vgg19", fetched: false });
  });

  it("names a near network for one that does not exist", async () => {
    expectMistake(await models("pull", "vgg91"), /There is no network vgg91; did you mean vgg19\?/);
  });

  it("tells what helps when the host is out of reach", async () => {
    const { code, out, err } = await models("pull", "resnet50");
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/^The network resnet50 could not be fetched: .*MODELS_PATH\.\n$/);
  });
});

describe("dreamloom models add", () => {
  it("copies a network of one's own, which then dreams under its id", async () => {
    const added = await json(
      "add",
      network,
      "--id",
      "tiny",
      "--title",
      "My own",
      "--channels",
      "rgb",
      "--mean",
      "127.5",
      "--scale",
      "0.01",
    );
    expect(added).toMatchObject({ id: "tiny", path: join(dir, "tiny", "model.json"), layers: 3 });
    expect(added).toMatchObject({ preprocessing: { from: "notes", preprocessing: { channels: "rgb", scale: 0.01 } } });
    const notes = parse(readFileSync(join(dir, "tiny", "dreamloom.yaml"), "utf8")) as unknown;
    expect(notes).toEqual({
      title: "My own",
      preprocessing: { channels: "rgb", mean: [127.5, 127.5, 127.5], scale: 0.01 },
    });
    const output = join(folder, "out.png");
    const args = ["--network", "tiny", "--size", "64", "--octaves", "1", "--steps", "1", "-o", output];
    expect(await dreamloom(["dream", ...args], { env: { MODELS_DIR: dir } })).toMatchObject({ code: 0, err: "" });
    expect((await models("list")).out).toMatch(/^tiny +yours .*My own/m);
    // Nothing half-made is left beside it.
    expect(readdirSync(dir).filter((name) => name.startsWith(".adding"))).toEqual([]);
  });

  it("takes the folder's name where no id is given", async () => {
    expect(await json("add", join(path, "mine"))).toMatchObject({ id: "mine" });
  });

  it("refuses a damaged network and leaves nothing behind", async () => {
    const broken = join(folder, "broken");
    await cp(network, broken, { recursive: true });
    rmSync(join(broken, "shard2.bin"));
    expectMistake(await models("add", broken), /shard2\.bin is missing/);
    expect(readdirSync(dir)).not.toContain("broken");
    expect(readdirSync(dir).filter((name) => name.startsWith(".adding"))).toEqual([]);
  });

  it("answers bad input with one sentence", async () => {
    expectMistake(await models("add", join(folder, "nowhere")), /There is nothing at .*nowhere/);
    expectMistake(await models("add", network, "--id", "No Name"), /'No Name' cannot be a network's id/);
    expectMistake(
      await models("add", network, "--id", "resnet50"),
      /resnet50 is a network of the catalogue; choose another id/,
    );
    expectMistake(await models("add", network, "--id", "twice", "--mean", "3"), /--channels rgb or --channels bgr/);
    writeFileSync(join(folder, "net.onnx"), "not a network");
    expectMistake(await models("add", join(folder, "net.onnx")), /net\.onnx/);
    writeFileSync(join(folder, "net.txt"), "not a network");
    expectMistake(await models("add", join(folder, "net.txt")), /net\.txt is not a network/);
  });

  it("does not overwrite a network", async () => {
    await json("add", network, "--id", "kept");
    expectMistake(await models("add", network, "--id", "kept"), /There is a network kept .* already/);
  });
});

describe("dreamloom models layers", () => {
  it("lists layers with their channels and strides, looks marked", async () => {
    const { code, out } = await models("layers", network);
    expect(code).toBe(0);
    const lines = out.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^LAYER +KIND +CHANNELS +STRIDE +LOOKS$/);
    expect(lines[1]).toMatch(/^edges +Conv2D +8 +1\b/);
    expect(lines[3]).toMatch(/^corners +Conv2D +16 +2 .*\bcreatures\b/);
    expect(lines.at(-1)).toMatch(/^It sees pictures as \(BGR - \[103\.9, 116\.8, 123\.7\]\) \* \[1\], .*guess/);
  });

  it("says the same as one JSON object", async () => {
    const { layers, defaultLook } = await json("layers", network);
    expect(defaultLook).toBe("creatures");
    expect(layers).toMatchObject([
      { name: "edges" },
      { name: "pool", channels: 8, stride: 2 },
      { name: "corners", looks: { creatures: 1 } },
    ]);
  });

  it("says that there is no such network", async () => {
    expectMistake(await models("layers", "nowhere"), /There is no network nowhere/);
  });
});
