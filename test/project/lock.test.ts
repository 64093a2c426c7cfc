import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PACKAGE } from "../../src/engine/runtimes/onnx/package.js";

interface Entry {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const text = readFileSync(new URL("../../package-lock.json", import.meta.url), "utf8");
const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
const { packages } = JSON.parse(text) as { packages: Readonly<Record<string, Entry>> };
const entries = Object.entries(packages).filter(([path]) => path !== "");

describe("package-lock.json (written by npm run lock)", () => {
  it("holds a checksum of every package and no download address", () => {
    expect(entries.length).toBeGreaterThan(100);
    expect(entries.filter(([, { integrity }]) => !integrity?.startsWith("sha512-")).map(([path]) => path)).toEqual([]);
    expect(entries.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
    expect(text).not.toMatch(/registry\.|\.tgz/);
  });

  it("holds every optional package, also those of other platforms", () => {
    const wanted = new Set(entries.flatMap(([, { optionalDependencies = {} }]) => Object.keys(optionalDependencies)));
    for (const name of [
      "@img/sharp-darwin-arm64",
      "@biomejs/cli-darwin-arm64",
      "@libsql/win32-x64-msvc",
      "@rolldown/binding-darwin-arm64",
    ])
      expect(wanted).toContain(name);
    expect([...wanted].filter((name) => !entries.some(([path]) => path.endsWith(`node_modules/${name}`)))).toEqual([]);
    expect(packages["node_modules/@tensorflow/tfjs-node-gpu"]?.optional).toBe(true);
  });

  it("holds the onnxruntime-node that is fetched where npm has not installed it, and what it needs", () => {
    const { version, integrity } = packages["node_modules/onnxruntime-node"] ?? {};
    expect({ npm: `onnxruntime-node@${version}`, integrity }).toEqual({
      npm: PACKAGE.npm,
      integrity: PACKAGE.integrity,
    });
    expect(packages["node_modules/onnxruntime-common"]?.version).toBe(version);
  });

  it("needs no install script and nothing that people who install the package would not have", () => {
    const { overrides, dependencies } = JSON.parse(manifest);
    expect(overrides).toBeUndefined();
    // Of these alone npm runs scripts that reach for another host than the registry.
    expect(Object.keys(dependencies)).not.toContain("onnxruntime-node");
    const scripted = entries.filter(([, { hasInstallScript, dev, optional }]) => hasInstallScript && !dev && !optional);
    expect(scripted.map(([path]) => path)).toEqual([]);
  });
});
