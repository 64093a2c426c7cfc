import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Config, loadConfig } from "../../src/app/settings/load-settings.js";
import { diagnose, report } from "../../src/cli/doctor.js";
import type { DeviceName } from "../../src/engine/devices/devices.js";
import type { probe, Verdict } from "../../src/engine/devices/probe.js";
import { FakeDiscord } from "../fakes/discord/server.js";
import { newFolder } from "../support/new-folder.js";

const root = newFolder();

function config(runtime: Config["engine"]["runtime"]): Config {
  const settings = loadConfig();
  return {
    ...settings,
    models: { dir: join(root, "models"), path: [] },
    data: { ...settings.data, dir: join(root, "data") },
    engine: { ...settings.engine, runtime },
  };
}

/** A machine whose WebGPU works as fast as `stepMs`. */
const machine =
  (stepMs: number) =>
  async (device: DeviceName): Promise<Verdict> => {
    if (device === "onnx-cpu") return { device, works: true, stepMs: 50, cpuStepMs: 50, disagreement: 0 };
    if (device === "onnx-webgpu") return { device, works: true, stepMs, cpuStepMs: 50, disagreement: 3e-6 };
    return { device, works: false, obstacle: { why: "It is not there.", mend: "Buy one." } };
  };

const silent = (): void => undefined;

describe("doctor", () => {
  test("says what works, what does not and what helps, and what auto takes", async () => {
    const seen: string[] = [];
    const diagnosis = await diagnose(config("auto"), (device) => seen.push(device), machine(5));
    expect(seen).toEqual(["onnx-cuda", "onnx-webgpu", "tfjs-node-gpu", "onnx-cpu", "tfjs-cpu"]);
    expect(diagnosis.runtime).toEqual({ setting: "auto", device: diagnosis.auto });
    const lines = report(diagnosis).split("\n");
    expect(lines.find((line) => line.includes("onnx-cuda"))).toMatch(/✗ +onnx-cuda +It is not there\. Buy one\./);
    expect(lines.find((line) => line.includes("✓  onnx-webgpu"))).toMatch(
      /5\.0 ms a step of 192 px, 3e-6 from the CPU's gradient/,
    );
    expect(lines.filter((line) => line.includes("auto takes this one"))).toHaveLength(1);
    expect(lines.find((line) => line.includes("resnet50"))).toMatch(
      /not downloaded yet .*dreamloom models pull resnet50/,
    );
    expect(lines.find((line) => line.includes(join(root, "data")))).toMatch(/✓ +data .* GB free/);
  });

  test("a device slower than the CPU is not what auto takes", async () => {
    expect((await diagnose(config("auto"), silent, machine(80))).auto).toBe("onnx-cpu");
  });

  test("settings that ask for what is not there are told", async () => {
    const diagnosis = await diagnose(config("cuda"), silent, machine(80));
    expect(diagnosis.runtime).toEqual({
      setting: "cuda",
      problem: "cuda cannot be used here. It is not there. Buy one.",
    });
    expect(report(diagnosis)).toContain("engine.runtime is cuda: cuda cannot be used here.");
  });

  test("each of several devices is tried with its own environment", async () => {
    const settings = config("auto");
    const { engine } = loadConfig({ ENGINE_DEVICES: "cuda:0 cuda:1*2 cpu" });
    const cards: unknown[] = [];
    const ask: typeof probe = async (device, options) => {
      const card = options?.environment?.CUDA_VISIBLE_DEVICES;
      if (device === "onnx-cuda" && card !== undefined) cards.push(card);
      return card === "1" ? { device, works: true, disagreement: 0 } : machine(80)(device);
    };
    const diagnosis = await diagnose(
      { ...settings, engine: { ...settings.engine, devices: engine.devices } },
      silent,
      ask,
    );
    expect(cards).toEqual(["0", "1"]);
    const lines = report(diagnosis);
    expect(lines).toMatch(/✗ +cuda:0 +1 slot, cuda cannot be used here\. It is not there\. Buy one\./);
    expect(lines).toMatch(/✓ +cuda:1 +2 slots, onnx-cuda\n +✓ +cpu +1 slot, onnx-cpu/);
    expect(lines).not.toContain("engine.runtime is");
  });

  test("prints the link that adds the bot to a Discord server", async () => {
    const off = report(await diagnose(config("auto"), silent, machine(80)));
    expect(off).toMatch(/- +Discord +off, until DISCORD_TOKEN is set/);
    const fake = await FakeDiscord.start({ token: "a.b.c" });
    onTestFinished(() => fake.stop());
    const ask = async (discord: { token: string; appId?: string }) => {
      const settings = { ...config("auto").discord, apiUrl: fake.apiUrl, ...discord };
      return report(await diagnose({ ...config("auto"), discord: settings }, silent, machine(80)));
    };
    const on = await ask({ token: "a.b.c" });
    expect(on).not.toContain("a.b.c");
    expect(on).toMatch(/✓ +Discord +Discord takes the token; add it to a server: http/);
    const link = new URL(/https:\/\/discord\.com\S+/.exec(on)?.[0] ?? "");
    expect(link.searchParams.get("client_id")).toBe(fake.world.appId);
    expect(link.searchParams.get("scope")).toBe("bot applications.commands");
    // View, send, send in threads, public threads, files, reactions, history: neither more nor less.
    const bits = [10n, 11n, 38n, 35n, 15n, 6n, 16n].reduce((sum, bit) => sum | (1n << bit), 0n);
    expect(BigInt(link.searchParams.get("permissions") ?? 0)).toBe(bits);
    expect(await ask({ token: "d.e.f" })).toMatch(/✗ +Discord +Discord no longer accepts my token/);
    fake.fault = () => ({ status: 429, page: { "retry-after": "3600" } });
    expect(await ask({ token: "a.b.c", appId: "117" })).toMatch(/✗ +Discord .*wait 360\d s.*client_id=117/);
  });
});
