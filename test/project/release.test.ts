import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { catalogue } from "../../src/engine/networks/catalogue-file.js";
import { version } from "../../src/shared/version.js";

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

describe("a release", () => {
  it("has its changes on top of CHANGELOG.md", () => {
    const [, newest] = /^## (\d+\.\d+\.\d+)/m.exec(read("CHANGELOG.md")) ?? [];
    expect(newest).toBe(version);
  });

  it("says of each network of the catalogue what its licence allows", () => {
    const [, table = ""] = /## What the licences allow\n(.*?)\n## /s.exec(read("docs/adding-a-network.md")) ?? [];
    const named = [...table.matchAll(/^\| ([a-z0-9, ]+) \|/gm)].flatMap(([, ids = ""]) => ids.split(", "));
    expect(named.filter((name) => name !== "network").sort()).toEqual(Object.keys(catalogue()).sort());
  });
});
