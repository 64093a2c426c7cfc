import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { decode } from "../../src/engine/images/codec.js";
import { version } from "../../src/shared/version.js";
import { cameraFilm, filmFile } from "../support/film.js";
import { newFolder } from "../support/new-folder.js";
import { drawn } from "../support/pictures.js";
import { writeTinyNetwork } from "../support/tiny-network.js";
import { dreamloom, type Ended } from "./run.js";

const folder = newFolder();
const photo = join(folder, "photo.jpg");
/** A picture of which a twentieth has come. */
const firstLines = join(folder, "first-lines.jpg");
let network: string;
beforeAll(async () => {
  network = await writeTinyNetwork();
  writeFileSync(photo, await drawn(96, 64, "jpeg"));
  const large = await drawn(640, 480, "jpeg");
  const scan = Buffer.from(large).indexOf(Buffer.from([0xff, 0xda]));
  writeFileSync(firstLines, large.subarray(0, scan + (large.length - scan) * 0.05));
});

/** `dreamloom dream` with the tiny network, at a small size. */
const dream = (...args: string[]): Promise<Ended> =>
  dreamloom([
    "dream",
    photo,
    "--network",
    network,
    "--layers",
    "corners",
    "--size",
    "96",
    "--octaves",
    "2",
    "--steps",
    "2",
    ...args,
  ]);

const SMALL = ["--layers", "corners", "--size", "64", "--octaves", "1", "--steps", "1"];

describe("dreamloom dream", () => {
  it("writes the picture and one line about it", async () => {
    const output = join(folder, "plain.png");
    expect(await dream("-o", output)).toEqual({
      code: 0,
      out: expect.stringMatching(/^\S+plain\.png: 96 x 64, \d+\.\d s with \S+ on \S+, seed 1\n$/),
      err: "",
    });
    const made = await sharp(output).raw().toBuffer({ resolveWithObject: true });
    expect(made.info).toMatchObject({ width: 96, height: 64, channels: 3 });
    const original = await sharp(photo).raw().toBuffer();
    expect(made.data.equals(original)).toBe(false);
  });

  it("prints one JSON object with --json, and one PNG an octave with --frames", async () => {
    const [output, frames] = [join(folder, "new", "json.png"), join(folder, "frames")];
    const { code, out, err } = await dream("--seed", "7", "--json", "--frames", frames, "--output", output);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const report = JSON.parse(out) as Record<string, unknown>;
    expect(Object.keys(report)).toEqual([
      "recipe",
      "network",
      "runtime",
      "seed",
      "width",
      "height",
      "seconds",
      "octaves",
      "output",
    ]);
    const octave = { steps: 2, lossStart: expect.any(Number), lossEnd: expect.any(Number) };
    expect(report).toEqual({
      recipe: "dream",
      network,
      runtime: expect.stringMatching(/^onnx/),
      seed: 7,
      width: 96,
      height: 64,
      seconds: expect.any(Number),
      octaves: [
        { octave: 1, width: 69, height: 46, ...octave },
        { octave: 2, width: 96, height: 64, ...octave },
      ],
      output,
    });
    expect(out.trimEnd().split("\n")).toHaveLength(1);
    expect(readdirSync(frames).sort()).toEqual(["octave-1.png", "octave-2.png"]);
    expect(await sharp(join(frames, "octave-1.png")).metadata()).toMatchObject({
      format: "png",
      width: 69,
      height: 46,
    });
    // The last octave is the result.
    const pixels = (path: string) => sharp(path).raw().toBuffer();
    expect((await pixels(join(frames, "octave-2.png"))).equals(await pixels(output))).toBe(true);
  });

  it("makes a film of a moving picture, and one picture of it where that is said", async () => {
    const [gif, output, still] = ["film.gif", "film.webp", "still.png"].map((name) => join(folder, name));
    writeFileSync(gif ?? "", await filmFile(cameraFilm(await decode(await drawn(96, 64)), 3, 64), [80, 200, 80]));
    const of = (...args: string[]) => dreamloom(["dream", gif ?? "", "--network", network, ...SMALL, ...args]);
    expect(await of("-o", output ?? "")).toMatchObject({ code: 0, err: "" });
    const { pages, delay, width } = await sharp(output).metadata();
    expect({ pages, delay, width }).toEqual({ pages: 3, delay: [80, 200, 80], width: 64 });
    const refused = await of("-o", still ?? "");
    expect(refused.code).not.toBe(0);
    expect(refused.err).toContain("--moving still");
    expect((await of("-o", still ?? "", "--moving", "still")).code).toBe(0);
    expect((await sharp(still).metadata()).format).toBe("png");
    expect((await of("-o", output ?? "", "--moving", "some")).err).toContain("all, still, a share");
  });

  it("makes the same file of the same seed, another of another", async () => {
    const files = ["a", "b", "c"].map((name) => join(folder, `${name}.png`));
    const seeds = ["3", "3", "4"];
    const ends = await Promise.all(files.map((file, i) => dream("-o", file, "--seed", seeds[i] ?? "")));
    expect(ends.map(({ code }) => code)).toEqual([0, 0, 0]);
    const [a, b, c] = files.map((file) => readFileSync(file).toString("base64"));
    expect(a).toBe(b);
    expect(a).not.toBe(c);
  });

  it.each([
    ["jpg", "jpeg"],
    ["webp", "webp"],
  ])("writes .%s by the file's ending", async (ending, format) => {
    const output = join(folder, `made.${ending}`);
    expect((await dream("-o", output, "--steps", "1")).code).toBe(0);
    expect((await sharp(output).metadata()).format).toBe(format);
  });

  it("dreams in noise without a picture", async () => {
    const output = join(folder, "noise.png");
    const args = [
      "dream",
      "-o",
      output,
      "--network",
      network,
      "--layers",
      "corners",
      "--size",
      "64",
      "--octaves",
      "1",
      "--steps",
      "1",
    ];
    expect((await dreamloom(args)).code).toBe(0);
    expect(await sharp(output).metadata()).toMatchObject({ width: 64, height: 48 });
  });

  it("tells its version and its options", async () => {
    expect(await dreamloom(["--version"])).toEqual({ code: 0, out: `${version}\n`, err: "" });
    const { code, out } = await dreamloom(["dream", "--help"]);
    expect(code).toBe(0);
    for (const option of [
      "--network",
      "--look",
      "--layers",
      "--size",
      "--octaves",
      "--octave-scale",
      "--steps",
      "--strength",
      "--seed",
      "--frames",
      "--json",
    ])
      expect(out).toContain(option);
  });
});

describe("dreamloom dream, asked for what cannot be", () => {
  const output = ["-o", join(folder, "never.png")];
  const file = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  /** A PNG of 60000 x 60000 pixels, as far as its header goes. */
  const giant = Buffer.from("89504e470d0a1a0a0000000d494844520000ea600000ea6008020000003cfcb8b6", "hex");

  it.each<[string, () => string[], RegExp]>([
    [
      "a file that is not there",
      () => ["dream", "missing.jpg", ...output],
      /There is no file "missing\.jpg"\. Give the path of a picture\./,
    ],
    ["a folder", () => ["dream", folder, ...output], /A folder is not a picture: ".*"\. Give the path of a picture\./],
    [
      "a text",
      () => ["dream", file("text.jpg", "hello"), "--network", network, ...output],
      /not a picture I can read\. Use a JPEG/,
    ],
    ["an empty file", () => ["dream", file("empty.png", ""), "--network", network, ...output], /is empty\. Use a JPEG/],
    [
      "a bomb",
      () => ["dream", file("giant.png", giant), "--network", network, ...output],
      /megapixels\. Make it smaller|not a picture I can read/,
    ],
    [
      "a picture's first lines",
      () => ["dream", firstLines, "--network", network, "--layers", "corners", ...output],
      /damaged.*Save it again/,
    ],
    [
      "an unknown layer",
      () => ["dream", photo, "--network", network, "--layers", "cornrs", ...output],
      /no layer called cornrs; did you mean corners/,
    ],
    [
      "a weight that is no number",
      () => ["dream", photo, "--network", network, "--layers", "corners:x", ...output],
      /"corners:x" is not a layer with a weight\. Write layers as/,
    ],
    [
      "an unknown look",
      () => ["dream", photo, "--network", network, "--look", "creature", ...output],
      /no look called creature/,
    ],
    [
      "an unknown network",
      () => ["dream", photo, "--network", "resnet51", ...output],
      /no network resnet51; did you mean resnet50\?/,
    ],
    [
      "an empty folder as network",
      () => ["dream", photo, "--network", newFolder(), ...output],
      /holds no network: a tfjs model\.json/,
    ],
    ["a size too large", () => ["dream", photo, "--network", network, "--size", "100000", ...output], /size.*8192/],
    [
      "a size that is no number",
      () => ["dream", photo, "--size", "big", ...output],
      /'--size <px>' argument 'big' is invalid\. It takes a number\./,
    ],
    [
      "a size that is no whole number",
      () => ["dream", photo, "--network", network, "--size", "99.5", ...output],
      /size.*(int|whole)/,
    ],
    ["no octaves", () => ["dream", photo, "--network", network, "--octaves", "0", ...output], /octaves/],
    [
      "a strength below nothing",
      () => ["dream", photo, "--network", network, "--strength", "-1", ...output],
      /strength/,
    ],
    ["an output of another kind", () => ["dream", photo, "-o", "out.gif"], /"out\.gif" should end in \.png/],
    [
      "an output in a file",
      () => [
        "dream",
        photo,
        "--network",
        network,
        "--layers",
        "corners",
        "--size",
        "32",
        "--octaves",
        "1",
        "--steps",
        "1",
        "-o",
        join(photo, "x.png"),
      ],
      /part of that path is a file/,
    ],
    [
      "frames in a file",
      () => ["dream", photo, "--network", network, "--layers", "corners", "--frames", photo, ...output],
      /photo\.jpg/,
    ],
    ["two pictures", () => ["dream", photo, photo, ...output], /too many arguments/],
    ["an unknown option", () => ["dream", photo, "--sise", "3", ...output], /unknown option '--sise'/],
    ["an unknown verb", () => ["draem"], /unknown command 'draem'/],
  ])("says so of %s, and ends with 2", async (_, args, sentence) => {
    const { code, out, err } = await dreamloom(args());
    expect(err).toMatch(sentence);
    expect(code).toBe(2);
    expect(out).toBe("");
    // One sentence, and where an option is wrong what was meant and how to get help; never where in the code.
    expect(err).not.toMatch(/\n\s+at |node:|\.ts:|\.js:/);
    expect(err.trimEnd().split("\n").length).toBeLessThanOrEqual(3);
    expect(err.length).toBeLessThan(500);
  });

  it("says of a network that cannot be fetched which host did not answer, and what would help", async () => {
    const { code, out, err } = await dreamloom(["dream", photo, ...output]);
    expect(err).toMatch(/resnet50.*127\.0\.0\.1/);
    expect(err).not.toMatch(/\n\s+at /);
    expect([code, out]).toEqual([1, ""]);
  });

  it("says of a wrong setting which one it is", async () => {
    const { code, err } = await dreamloom(["dream", photo, ...output], { env: { ENGINE_THREADS: "many" } });
    expect(err).toMatch(/engine\.threads is "many" \(from ENGINE_THREADS\), but it must be a whole number/);
    expect(code).toBe(2);
  });
});
