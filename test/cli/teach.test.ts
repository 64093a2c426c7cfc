import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { newFolder } from "../support/new-folder.js";
import { drawn } from "../support/pictures.js";
import { writeTinyNetwork } from "../support/tiny-network.js";
import { dreamloom, type Ended } from "./run.js";

const folder = newFolder();
const [pictures, modelsDir] = [join(folder, "pictures"), join(folder, "models")];
let network: string;
beforeAll(async () => {
  network = await writeTinyNetwork();
  mkdirSync(pictures);
  for (let i = 0; i < 6; i++) writeFileSync(join(pictures, `${i}.png`), await drawn(64 + 8 * i, 80, "png"));
  writeFileSync(join(pictures, "broken.jpg"), "no picture");
  writeFileSync(join(pictures, "notes.txt"), "no picture either");
});

const run = (...args: string[]): Promise<Ended> => dreamloom(args, { env: { MODELS_DIR: modelsDir } });
const teach = (...args: string[]): Promise<Ended> =>
  run("teach", pictures, "--network", network, "--layer", "corners", ...args);

/** One sentence, nothing else, exit code 2. */
function expectMistake({ code, out, err }: Ended, words: RegExp): void {
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(words);
  // A wrong flag is followed by how to get help.
  expect(
    err
      .trim()
      .replace(/\nRun it with --help .*$/, "")
      .split("\n"),
  ).toHaveLength(1);
}

describe("dreamloom teach", () => {
  it("teaches a look, which then can be dreamt of and is listed", async () => {
    const taught = await teach("--name", "moths", "--channels", "3", "--json");
    expect(taught).toMatchObject({ code: 0, err: "" });
    const path = join(modelsDir, "taught", "moths.taught");
    expect(JSON.parse(taught.out)).toMatchObject({
      name: "moths",
      layer: "corners",
      pictures: 6,
      skipped: 1,
      seed: 1,
      keptBack: 0,
      path,
    });
    const [plain, moths] = [join(folder, "plain.png"), join(folder, "moths.png")];
    const dream = [
      "dream",
      join(pictures, "0.png"),
      "--network",
      network,
      "--size",
      "64",
      "--octaves",
      "1",
      "--steps",
      "2",
    ];
    expect(await run(...dream, "--layers", "corners", "-o", plain)).toMatchObject({ code: 0, err: "" });
    expect(await run(...dream, "--look", "moths", "-o", moths)).toMatchObject({ code: 0, err: "" });
    expect(readFileSync(moths).equals(readFileSync(plain))).toBe(false);
    expect((await run("models", "layers", network)).out).toMatch(/^taught\/moths +Taught +[123] +2 +moths$/m);
  });

  it("replaces what was taught only when it is told to, and says what it made", async () => {
    expectMistake(await teach("--name", "moths"), /moths has been taught already .*--replace/);
    const { code, out } = await teach("--name", "moths", "--replace");
    expect(code).toBe(0);
    expect(out).toMatch(
      /moths\.taught: \d+ channels over corners from 6 pictures \(1 could not be read\), [\d.]+ MB, [\d.]+ s\n/,
    );
    expect(out).toMatch(/It answers [\d.]+ times as strongly to them as to pictures of nothing\.\n/);
    expect(out).toContain("--look moths");
  });

  it("answers bad input with one sentence", async () => {
    expectMistake(await teach("--name", "No Name"), /"No Name" cannot be a look's name/);
    expectMistake(await teach("--name", "creatures"), /has a look called creatures already/);
    expectMistake(
      await teach("--name", "a", "--channels", "0"),
      /'--channels <n>' argument '0' is invalid\. It takes a whole number: 1 to 256\./,
    );
    expectMistake(
      await teach("--name", "a", "--seed", "-1"),
      /'--seed <n>' argument '-1' is invalid\. It takes a whole number/,
    );
  });

  it("answers folders, networks and layers that are not there with one sentence", async () => {
    expectMistake(
      await run("teach", pictures, "--network", network, "--layer", "cornes", "--name", "a"),
      /did you mean .*corners/,
    );
    expectMistake(
      await run("teach", join(folder, "nowhere"), "--network", network, "--name", "a"),
      /nowhere" does not exist/,
    );
    expectMistake(
      await run("teach", network, "--network", network, "--name", "a"),
      /holds none; 5 pictures or more are needed/,
    );
    expectMistake(
      await teach("--name", "a", "--network", "resnet51"),
      /There is no network resnet51; did you mean resnet50\?/,
    );
  });
});
