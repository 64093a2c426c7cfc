import { describe, expect, test } from "vitest";
import type { DeviceName } from "../../../src/engine/devices/devices.js";
import type { Verdict } from "../../../src/engine/devices/probe.js";
import { input } from "../../../src/engine/graph/ops.js";
import { chooseDevice, chosenRuntime } from "../../../src/engine/runtimes/choose.js";
import { DeviceError } from "../../../src/engine/runtimes/runtime.js";

const obstacle = { why: "There is no Vulkan driver.", mend: "Install one." };
const works = (device: DeviceName, stepMs: number): Verdict => ({
  device,
  works: true,
  stepMs,
  cpuStepMs: 100,
  disagreement: 1e-6,
});
const fails = (device: DeviceName): Verdict => ({ device, works: false, obstacle });

/** A machine with some devices; `asked` collects what was tried. */
function machine(...there: readonly Verdict[]) {
  const asked: DeviceName[] = [];
  const probe = async (device: DeviceName) => {
    asked.push(device);
    return there.find((verdict) => verdict.device === device) ?? fails(device);
  };
  return { asked, probe };
}

describe("auto", () => {
  test("takes cuda before webgpu before tfjs", async () => {
    const all = [works("tfjs-node-gpu", 5), works("onnx-webgpu", 5), works("onnx-cuda", 5)];
    expect(await chooseDevice("auto", machine(...all))).toBe("onnx-cuda");
    expect(await chooseDevice("auto", machine(...all.slice(0, 2)))).toBe("onnx-webgpu");
    expect(await chooseDevice("auto", machine(...all.slice(0, 1)))).toBe("tfjs-node-gpu");
  });

  test("takes the CPU where nothing else works", async () => {
    expect(await chooseDevice("auto", machine())).toBe("onnx-cpu");
  });

  test("passes by a device that is slower than the CPU, or too slow to time", async () => {
    const { stepMs: _, ...untimed } = works("onnx-webgpu", 1);
    expect(await chooseDevice("auto", machine(works("onnx-cuda", 150), untimed))).toBe("onnx-cpu");
  });

  test("on this machine takes at once what it takes", async () => {
    const device = await chooseDevice("auto");
    expect(["onnx-cuda", "onnx-webgpu", "tfjs-node-gpu", "onnx-cpu"]).toContain(device);
  });
});

describe("a device by name", () => {
  test("the CPU is not tried", async () => {
    const { asked, probe } = machine();
    expect(await chooseDevice("cpu", { probe })).toBe("onnx-cpu");
    expect(await chooseDevice("onnx", { probe })).toBe("onnx-cpu");
    expect(asked).toEqual([]);
  });

  test("webgpu is used though it be slow, and refused where it does not work", async () => {
    expect(await chooseDevice("webgpu", machine(works("onnx-webgpu", 900)))).toBe("onnx-webgpu");
    await expect(chooseDevice("webgpu", machine())).rejects.toThrow(
      "webgpu cannot be used here. There is no Vulkan driver. Install one.",
    );
    await expect(chooseDevice("cuda", machine())).rejects.toBeInstanceOf(DeviceError);
  });

  test("tfjs runs on its plain CPU backend where there is no GPU", async () => {
    expect(await chooseDevice("tfjs", machine())).toBe("tfjs-cpu");
    expect(await chooseDevice("tfjs", machine(works("tfjs-node-gpu", 900)))).toBe("tfjs-node-gpu");
  });
});

describe("a runtime that is chosen when it is needed", () => {
  const x = input("x", [2]);
  const pair = { data: Float32Array.of(1, 2), shape: [2] };

  test("has the device's name once it is known, and is opened once", async () => {
    const { asked, probe } = machine();
    const runtime = chosenRuntime("tfjs", { probe });
    expect(runtime.name).toBe("tfjs");
    const programs = await Promise.all([runtime.compile({ y: x }), runtime.compile({ z: x })]);
    expect(runtime.name).toBe("tfjs-cpu");
    expect(asked).toEqual(["tfjs-node-gpu"]);
    expect([...((await programs[0].run({ x: pair })).y?.data ?? [])]).toEqual([1, 2]);
    for (const program of programs) await program.dispose();
  });

  test("has its device's traits when it has been opened, and compiles there", async () => {
    const { asked, probe } = machine();
    const runtime = chosenRuntime("tfjs", { probe });
    await runtime.open?.();
    expect(runtime).toMatchObject({ name: "tfjs-cpu", plansForShapes: false });
    await (await runtime.compile({ y: x })).dispose();
    expect(asked).toEqual(["tfjs-node-gpu"]);
  });

  test("that cannot be had is asked for again the next time", async () => {
    const { asked, probe } = machine();
    const runtime = chosenRuntime("cuda", { probe });
    await expect(runtime.compile({ x })).rejects.toThrow(DeviceError);
    await expect(runtime.compile({ x })).rejects.toThrow(DeviceError);
    expect(asked).toEqual(["onnx-cuda", "onnx-cuda"]);
  });
});
