import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { newFolder } from "../support/new-folder.js";
import { drawn } from "../support/pictures.js";
import { writeTinyNetwork } from "../support/tiny-network.js";
import { dreamloom } from "./run.js";

const folder = newFolder();
const photo = join(folder, "photo.png");
let network: string;
beforeAll(async () => {
  network = await writeTinyNetwork();
  writeFileSync(photo, await drawn(80, 60));
});

const json = async (...args: string[]): Promise<Record<string, unknown>> => {
  const { code, out, err } = await dreamloom([...args, "--network", network, "--json"]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return JSON.parse(out) as Record<string, unknown>;
};

describe("dreamloom neuron", () => {
  it("writes a neuron; a preset changes what was not given", async () => {
    const output = join(folder, "neuron.jpg");
    const report = await json(
      "neuron",
      "--preset",
      "book",
      "--layer",
      "corners",
      "--channels",
      "3:1 edges/2:-0.5",
      "--octaves",
      "2",
      "-o",
      output,
    );
    expect(report).toMatchObject({ recipe: "neuron", network, seed: 1, width: 70, height: 70, output });
    expect(report.octaves).toMatchObject([
      { octave: 1, width: 64, steps: 10 },
      { octave: 2, width: 70, steps: 10 },
    ]);
    expect(await sharp(output).metadata()).toMatchObject({ format: "jpeg", width: 70, height: 70 });
  });

  it("refuses a channel that is not there in one sentence", async () => {
    const ended = await dreamloom([
      "neuron",
      "--network",
      network,
      "--layer",
      "corners",
      "--channels",
      "16",
      "-o",
      join(folder, "no.png"),
    ]);
    expect(ended).toMatchObject({
      code: 2,
      out: "",
      err: expect.stringMatching(/has channels 0 to 15; there is no 16\.\n$/),
    });
    expect(ended.err.trim().split("\n")).toHaveLength(1);
  });
});

describe("dreamloom grid", () => {
  it("writes a sheet", async () => {
    const output = join(folder, "grid.png");
    const options = ["--layers", "edges corners", "--sample", "3", "--size", "48", "--steps", "2"];
    const report = await json("grid", ...options, "-o", output);
    const { width, height } = await sharp(output).metadata();
    expect(report).toMatchObject({ recipe: "grid", width, height });
    expect(report.octaves).toHaveLength(2);
  });
});

describe("dreamloom zoom", () => {
  it("writes a film in the format of its ending, and every frame", async () => {
    const [output, frames] = [join(folder, "zoom.gif"), join(folder, "frames")];
    const size = ["--width", "67", "--height", "45", "--length", "4", "--steps", "1"];
    const report = await json(
      "zoom",
      photo,
      "--layer",
      "corners",
      "--channels",
      "1 5",
      ...size,
      "--frames",
      frames,
      "-o",
      output,
    );
    expect(report).toMatchObject({ recipe: "zoom", width: 67, height: 45, frames: 4, framesPerSecond: 16 });
    expect(await sharp(output, { animated: true }).metadata()).toMatchObject({
      format: "gif",
      pages: 4,
      pageHeight: 45,
    });
    expect(readdirSync(frames).sort()).toEqual([1, 2, 3, 4].map((n) => `frame-0000${n}.png`));
  });

  it("names the endings it takes", async () => {
    const { code, err } = await dreamloom(["zoom", "--network", network, "-o", join(folder, "zoom.png")]);
    expect({ code, err }).toEqual({
      code: 2,
      err: `The output "${join(folder, "zoom.png")}" should end in .webp, .gif, .mp4.\n`,
    });
  });
});

describe("dreamloom dream", () => {
  it("takes channels, a guide and tiles", async () => {
    const options = ["--size", "64", "--octaves", "1", "--steps", "1"];
    const layer = ["--layer", "corners"];
    expect(
      await json("dream", photo, ...options, ...layer, "--channels", "2", "-o", join(folder, "a.png")),
    ).toMatchObject({ width: 64 });
    expect(
      await json("dream", photo, ...options, ...layer, "--guide", photo, "-o", join(folder, "b.png")),
    ).toMatchObject({ width: 64 });
    const wide = ["--size", "400", "--octaves", "1", "--steps", "1", "--tile", "256"];
    expect(await json("dream", photo, ...wide, ...layer, "-o", join(folder, "c.png"))).toMatchObject({
      width: 400,
      height: 300,
    });
  });

  it("says so when the guide is not there", async () => {
    const { code, err } = await dreamloom([
      "dream",
      photo,
      "--network",
      network,
      "--guide",
      "nowhere.jpg",
      "-o",
      join(folder, "d.png"),
    ]);
    expect({ code, err }).toEqual({ code: 2, err: 'There is no file "nowhere.jpg". Give the path of a picture.\n' });
  });
});
