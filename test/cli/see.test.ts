/** What a network sees, and dreams into words, from the shell. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import type { Seen } from "../../src/shared/sighting.js";
import { newFolder } from "../support/new-folder.js";
import { drawn } from "../support/pictures.js";
import { writeTinyNetwork } from "../support/tiny-network.js";
import { dreamloom } from "./run.js";

const folder = newFolder();
const photo = join(folder, "photo.png");
let [network, nameless] = ["", ""];
beforeAll(async () => {
  [network, nameless] = [await writeTinyNetwork({ classifier: true }), await writeTinyNetwork()];
  writeFileSync(photo, await drawn(96, 64));
});

interface Report {
  readonly network: string;
  readonly labels: readonly Seen[];
}

async function seenBy(...args: string[]): Promise<Report> {
  const { code, out, err } = await dreamloom(["see", photo, "--network", network, "--json", ...args]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out.trimEnd().split("\n")).toHaveLength(1);
  return JSON.parse(out) as Report;
}

describe("dreamloom see", () => {
  it("prints with --json the network and its labels, the most probable first", async () => {
    const report = await seenBy();
    expect(Object.keys(report)).toEqual(["network", "labels"]);
    expect(report.network).toBe(network);
    expect(report.labels).toHaveLength(5);
    for (const label of report.labels) expect(Object.keys(label)).toEqual(["name", "probability"]);
    const probabilities = report.labels.map(({ probability }) => probability);
    expect(probabilities).toEqual([...probabilities].sort((a, b) => b - a));
    expect(Math.min(...probabilities)).toBeGreaterThanOrEqual(0);
    // All labels together are certain.
    const all = await seenBy("--labels", "1000");
    expect(all.labels.slice(0, 5)).toEqual(report.labels);
    expect(all.labels.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 4);
  });

  it("prints a table for people, and says so of a network that names nothing", async () => {
    const { labels } = await seenBy("--labels", "2");
    const { code, out } = await dreamloom(["see", photo, "--network", network, "--labels", "2"]);
    expect(code).toBe(0);
    const lines = out.trimEnd().split("\n");
    expect(lines).toHaveLength(2);
    for (const [i, { name }] of labels.entries()) expect(lines[i]).toMatch(new RegExp(`^${name}  +.*\\d%$`));
    const refused = await dreamloom(["see", photo, "--network", nameless]);
    expect(refused.code).not.toBe(0);
    expect(refused.err).toMatch(/cannot name things.*resnet50/);
  });
});

describe("dreamloom dream --into", () => {
  const dream = (output: string, ...args: string[]) =>
    dreamloom(["dream", photo, "--network", network, "--size", "96", "--steps", "1", "-o", output, ...args]);

  it("writes the picture and says what was seen", async () => {
    const output = join(folder, "castle.png");
    const { code, out, err } = await dream(output, "--into", "castle", "--json");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const best = { name: expect.any(String), probability: expect.any(Number) };
    expect(JSON.parse(out)).toMatchObject({ output, seen: [{ network, before: best, after: best }] });
    const [made, original] = await Promise.all(
      [output, photo].map((path) => sharp(path).removeAlpha().raw().toBuffer()),
    );
    expect(made).toHaveLength(original?.length ?? 0);
    expect(made?.equals(original ?? Buffer.of())).toBe(false);
  });

  it("ends at an unknown word with the near misses, and writes nothing", async () => {
    const output = join(folder, "never.png");
    const { code, err } = await dream(output, "--into", "peakock");
    expect(code).not.toBe(0);
    expect(err).toContain("knows nothing called peakock. Did you mean peacock?");
    expect(existsSync(output)).toBe(false);
  });
});
