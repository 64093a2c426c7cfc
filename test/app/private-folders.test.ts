import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { startDreamloom } from "../../src/app/application.js";
import { backUpData } from "../../src/app/back-up.js";
import { closeFolders, makePrivately, writePrivately } from "../../src/app/private-folders.js";
import { loadConfig } from "../../src/app/settings/load-settings.js";
import { photo, Visitor } from "../bots/web/harness.js";
import { FakeEngine } from "../fakes/engine.js";
import { botOptions } from "../fakes/studio.js";
import { newFolder } from "../support/new-folder.js";

let dir: string;

// As most systems have it.
beforeEach(() => {
  const before = process.umask(0o022);
  dir = newFolder();
  onTestFinished(() => {
    process.umask(before);
  });
});

const mode = (path: string) => (statSync(path).mode & 0o7777).toString(8);

/** Modes of all folders and of all files below a folder. */
function modesIn(folder: string) {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  const modes = (folders: boolean) =>
    new Set(entries.filter((e) => e.isDirectory() === folders).map((e) => mode(join(e.parentPath, e.name))));
  return { folders: modes(true), files: modes(false), count: entries.length };
}

async function run(access: string) {
  const data = join(dir, "deep", "data");
  const config = loadConfig({ DATA_DIR: data, DATA_ACCESS: access, WEB_PORT: "0", OPS_PORT: "0" });
  writePrivately(config);
  const logger = pino({ level: "silent" });
  const parts = { engine: () => new FakeEngine(), catalogue: botOptions, logger, print: () => undefined };
  const running = await startDreamloom(config, parts);
  const visitor = await Visitor.enter({ address: running.address ?? "" });
  await visitor.said("look", { files: [{ bytes: await photo(), name: "photo.jpg" }] });
  const [here, copy] = [modesIn(data), join(dir, "copy")];
  await backUpData(config, copy);
  await running.stop();
  return { top: mode(data), here, copy: modesIn(copy) };
}

describe("a folder that a verb makes", () => {
  it.each([
    ["owner", "700"],
    ["group", "750"],
  ])("is as private as the bot's own for %s, and leaves nothing to close", (access, expected) => {
    const folder = join(dir, "cache", "models");
    const config = loadConfig({ DATA_ACCESS: access });
    makePrivately(config, folder);
    expect(mode(folder)).toBe(expected);
    makePrivately(config, join("/proc", "models"));
  });
});

describe("what the program writes", () => {
  it("is its user's alone: databases, pictures, and copies of them", async () => {
    const { top, here, copy } = await run("owner");
    expect(here.count).toBeGreaterThan(6);
    expect([top, here.folders, here.files]).toEqual(["700", new Set(["700"]), new Set(["600"])]);
    expect([copy.folders, copy.files]).toEqual([new Set(["700"]), new Set(["600"])]);
  });

  it("is for a group to read where the settings say so", async () => {
    const { top, here } = await run("group");
    expect([top, here.folders, here.files]).toEqual(["750", new Set(["750"]), new Set(["640"])]);
  });
});

describe("folders of before", () => {
  const lines: Record<string, unknown>[] = [];
  const logger = pino({}, { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) });
  const close = (access: string, ...folders: string[]) => {
    lines.length = 0;
    closeFolders(loadConfig({ DATA_ACCESS: access }), folders, logger);
    return lines.map(({ folder, msg }) => [folder, msg]);
  };

  it("are closed to others with one line that says so, and are then left alone", () => {
    const data = join(dir, "data");
    mkdirSync(join(data, "images"), { recursive: true });
    writeFileSync(join(data, "dreamloom.sqlite"), "");
    writeFileSync(join(data, "letter.txt"), "");
    expect([mode(data), mode(join(data, "images")), mode(join(data, "dreamloom.sqlite"))]).toEqual([
      "755",
      "755",
      "644",
    ]);
    expect(close("group", data)).toEqual([
      [data, "a folder was open to others: it is now its owner's and its group's"],
    ]);
    expect([mode(data), mode(join(data, "images")), mode(join(data, "dreamloom.sqlite"))]).toEqual([
      "750",
      "750",
      "640",
    ]);
    expect(close("owner", data)).toEqual([[data, "a folder was open to others: it is now its owner's alone"]]);
    expect([mode(data), mode(join(data, "images")), mode(join(data, "dreamloom.sqlite"))]).toEqual([
      "700",
      "700",
      "600",
    ]);
    expect(close("owner", data)).toEqual([]);
    expect(mode(join(data, "letter.txt"))).toBe("644");
  });

  it("that are everybody's on purpose, or not there, stay so", () => {
    const shared = join(dir, "shared");
    mkdirSync(shared);
    chmodSync(shared, 0o1777);
    expect(close("owner", shared, join(dir, "none"))).toEqual([]);
    expect(mode(shared)).toBe("1777");
  });
});
