import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { configuredDevices, configuredSlots, largestBudget } from "../../src/app/devices.js";
import { ConfigError, loadConfig } from "../../src/app/settings/load-settings.js";
import { newFolder } from "../support/new-folder.js";

function fromYaml(devices: string) {
  const folder = newFolder();
  const path = join(folder, "own.yaml");
  writeFileSync(path, `engine:\n  devices: ${devices}\nqueue:\n  memoryMegabytes: 9000\n`);
  return loadConfig({ DREAMLOOM_CONFIG: path });
}

describe("the devices of a program", () => {
  it("are one, by runtime and concurrency, unless there is a list", () => {
    const config = loadConfig({
      ENGINE_RUNTIME: "cpu",
      ENGINE_CONCURRENCY: "3",
      ENGINE_THREADS: "2",
      QUEUE_MEMORY_MEGABYTES: "1000",
    });
    expect(configuredDevices(config)).toEqual([
      { name: "cpu", runtime: "cpu", slots: 3, room: 1000, maps: 750, threads: 2, environment: {} },
    ]);
    expect(configuredSlots(config)).toBe(3);
  });

  it("share the memory unless they have their own, and see one card each", () => {
    const config = fromYaml(
      '["cuda:0*2", { device: "cuda:1", memoryMegabytes: 20000 }, { device: webgpu, threads: 1, environment: { DRI_PRIME: "1" } }, webgpu]',
    );
    const order = { CUDA_DEVICE_ORDER: "PCI_BUS_ID" };
    expect(configuredDevices(config)).toMatchObject([
      {
        name: "cuda:0",
        runtime: "cuda",
        slots: 2,
        room: 2250,
        maps: 1687,
        environment: { ...order, CUDA_VISIBLE_DEVICES: "0" },
      },
      {
        name: "cuda:1",
        runtime: "cuda",
        slots: 1,
        room: 20000,
        maps: 3000,
        environment: { ...order, CUDA_VISIBLE_DEVICES: "1" },
      },
      { name: "webgpu", runtime: "webgpu", threads: 1, environment: { DRI_PRIME: "1" } },
      { name: "webgpu (2)", environment: {} },
    ]);
    expect([configuredSlots(config), largestBudget(config)]).toEqual([5, 20000]);
  });

  it.each(["webgpu:1", "gpu", "cuda:x", "cuda:0*0", "cuda*"])("are refused with what would be right: %s", (device) => {
    expect(() => loadConfig({ ENGINE_DEVICES: device })).toThrow(ConfigError);
    expect(() => loadConfig({ ENGINE_DEVICES: device })).toThrow(
      `engine.devices.0 is "${device}" (from ENGINE_DEVICES), but it must be auto, cpu, webgpu, cuda, cuda:1 or tfjs:1`,
    );
  });

  it("are refused as a group with a name that is unknown, too", () => {
    expect(() => fromYaml("[{ device: cpu, slot: 2 }]")).toThrow(
      /^engine\.devices\.0\.slot is not a setting \(from .*own\.yaml\); did you mean engine\.devices\.0\.slots\?$/,
    );
  });
});
