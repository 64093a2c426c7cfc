import { copyFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { newFolder } from "../support/new-folder.js";
import { samplePath } from "../support/pictures.js";
import { dreamloom } from "./run.js";

const hook = fileURLToPath(new URL("./broken-machine.cjs", import.meta.url));
const NATIVE = "onnxruntime_binding|^@img/sharp|^@libsql/";

/** Runs a verb on a machine that lacks something. */
function broken(args: readonly string[], env: NodeJS.ProcessEnv) {
  const ports = { WEB_PORT: "0", OPS_PORT: "0" };
  return dreamloom(args, { env: { NODE_OPTIONS: `--require ${hook}`, ...ports, DATA_DIR: newFolder(), ...env } });
}

/** One line for people, and no trace of the program's insides. */
const sentence = (text: string): RegExp => new RegExp(`^${text}[^\\n]*\\.\\n$`);

describe("without the native parts of packages", () => {
  it("doctor says which device does not work and why", async () => {
    const { code, out, err } = await broken(["doctor"], { WITHOUT_NATIVE: NATIVE });
    expect(err).toBe("");
    expect(out).toMatch(
      /✗ {2}onnx-cpu +onnxruntime-node cannot be loaded \(Cannot find module .*Run npm install again/,
    );
    expect(out).toMatch(/Extras\n/);
    expect(out).not.toMatch(/\n\s+at /);
    expect(code).toBe(1);
  });

  it("verbs that need none of them work", async () => {
    const { code, out, err } = await broken(["models", "list"], { WITHOUT_NATIVE: NATIVE });
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/resnet50 +to fetch/);
  });

  it("verbs that need one say so in a sentence", async () => {
    const image = fileURLToPath(samplePath);
    const bench = await broken(["bench", "step", "--size", "32"], { WITHOUT_NATIVE: "onnxruntime_binding" });
    expect(bench.err).toMatch(sentence("onnxruntime-node cannot be loaded"));
    const dream = await broken(["dream", image, "-o", join(newFolder(), "out.png")], { WITHOUT_NATIVE: "^@img/sharp" });
    expect(dream.err).toMatch(sentence("sharp cannot be loaded"));
    const start = await broken(["start"], { WITHOUT_NATIVE: "^@libsql/" });
    expect(start.err).toMatch(sentence("libsql cannot be loaded"));
    expect([bench.code, dream.code, start.code]).toEqual([1, 1, 1]);
  });
});

describe("without onnxruntime", () => {
  const image = fileURLToPath(samplePath);

  /** The other verbs that compute. */
  function others(): string[][] {
    const [out, photos] = [join(newFolder(), "out.png"), newFolder()];
    for (const name of ["a", "b", "c", "d", "e"]) copyFileSync(image, join(photos, `${name}.jpg`));
    return [
      ["see", image],
      ["blend", image, "--style", image, "--style", image, "-o", out],
      ["texture", image, "-o", out],
      ["neuron", "-o", out],
      ["zoom", image, "-o", join(newFolder(), "out.gif")],
      ["evaluate", photos],
      ["teach", photos, "--name", "motif"],
    ];
  }

  it.each([
    ["musl", /^Pictures are computed by onnxruntime, and there is none for Linux with musl[^\n]*Debian[^\n]*\.\n$/],
    ["darwin x64", /^Pictures are computed by onnxruntime, and there is none for Macs with an Intel[^\n]*\.\n$/],
    ["linux ppc64", /^Pictures are computed by onnxruntime, and there is none for linux on ppc64\.\n$/],
  ])("on %s every verb that computes says so in a sentence, and doctor works", async (MACHINE, said) => {
    const env = { MACHINE, REDIS_URL: "" };
    const verbs = [
      ["dream", image, "-o", join(newFolder(), "out.png")],
      ["stylize", image, "--style", image, "-o", join(newFolder(), "out.png")],
      // sharp, which these need first, is not there for the other machines.
      ...(MACHINE === "musl" ? others() : []),
      ["bench", "step", "--size", "32"],
      ["start"],
    ];
    for (const verb of verbs) {
      const { code, err } = await broken(verb, env);
      expect([verb[0], err]).toEqual([verb[0], expect.stringMatching(said)]);
      expect(code).not.toBe(0);
    }
    const json = JSON.parse((await broken(["doctor", "--json"], env)).out);
    expect(json.devices.map(({ works }: { works: boolean }) => works)).toEqual(Array(5).fill(false));
    expect(json.devices[3].obstacle.why).toMatch(/^Pictures are computed by onnxruntime/);
    expect(json.folders.map(({ what }: { what: string }) => what)).toEqual(["networks", "data"]);
    const worker = await broken(["worker"], { ...env, REDIS_URL: "redis://127.0.0.1:9" });
    expect(worker.err).toMatch(said);
    const doctor = await broken(["doctor"], env);
    expect(doctor.err).toBe("");
    expect(doctor.out).toMatch(/✗ {2}onnx-cpu +Pictures are computed by onnxruntime, and there is none for /);
    expect(doctor.out).toMatch(/Extras\n/);
    expect(doctor.code).toBe(1);
    expect((await broken(["models", "list"], env)).code).toBe(0);
  });

  it("verbs that compute say that it could not be fetched, and where it would be", async () => {
    const models = newFolder();
    const env = { WITHOUT_PACKAGE: "onnxruntime-node", MODELS_DIR: models };
    const { code, err } = await broken(["bench", "step", "--size", "32"], env);
    expect(err).toMatch(sentence("onnxruntime, which computes the pictures, could not be fetched: 127\\.0\\.0\\.1:9"));
    expect(err).toContain(join(models, ".runtimes", "onnxruntime-node@"));
    expect(code).toBe(2);
    const doctor = await broken(["doctor"], env);
    expect(doctor.out).toMatch(/✗ {2}onnx-cpu +onnxruntime, which computes the pictures, could not be fetched/);
    expect(doctor.out).toMatch(/✗ {2}onnx-webgpu +It cannot be tried without onnxruntime\./);
  });
});

describe("what onnxruntime does beside computing", () => {
  it("is switched off: it keeps no identifier of the machine, which it would send to Microsoft", async () => {
    const HOME = newFolder();
    const { code } = await dreamloom(["bench", "step", "--size", "32"], { env: { HOME } });
    expect([code, readdirSync(HOME)]).toEqual([0, []]);
  });
});

describe("without a home folder", () => {
  it.each([{ WITHOUT_HOME: "1" }, { WITHOUT_HOME: "1", HOME: "" }])(
    "doctor says what cannot be written (%o)",
    async (env) => {
      const { code, out, err } = await broken(["doctor"], { ...env, WITHOUT_NATIVE: NATIVE, MODELS_DIR: "" });
      expect(err).toBe("");
      expect(out).toMatch(/✗? *networks +\/nonexistent\/\.cache\/dreamloom\/models/);
      expect(code).toBe(1);
    },
  );

  it("what is missing is fetched all the same, where the models folder can be written", async () => {
    const env = { WITHOUT_HOME: "1", HOME: "", WITHOUT_PACKAGE: "onnxruntime-node", MODELS_DIR: newFolder() };
    const { err } = await broken(["bench", "step", "--size", "32"], env);
    expect(err).toMatch(sentence("onnxruntime, which computes the pictures, could not be fetched: 127\\.0\\.0\\.1:9"));
  });

  it("verbs say which folder they cannot use", async () => {
    const { code, out } = await broken(["models", "list"], { WITHOUT_HOME: "1", MODELS_DIR: "" });
    expect(code).toBe(0);
    expect(out).toMatch(/resnet50 +to fetch/);
  });
});
