/**
 * The conformance suite on GPUs. It runs where auto would take one; TEST_WEBGPU=1 runs it on any WebGPU, software too:
 *
 * VK_DRIVER_FILES=/usr/lib/chromium/vk_swiftshader_icd.json TEST_WEBGPU=1 npx vitest run
 * test/engine/runtimes/gpu.test.ts
 */
import { describe, test } from "vitest";
import { type DeviceName, isSoftware, openDevice } from "../../../src/engine/devices/devices.js";
import { probe } from "../../../src/engine/devices/probe.js";
import { conformance } from "./conformance.js";

const GPUS = ["onnx-cuda", "onnx-webgpu", "tfjs-node-gpu"] as const satisfies readonly DeviceName[];
// Newer NVIDIA cards multiply with ten bits by default.
process.env.NVIDIA_TF32_OVERRIDE ??= "0";

for (const device of GPUS) {
  const wanted = device === "onnx-webgpu" && process.env.TEST_WEBGPU === "1";
  const verdict = !wanted && isSoftware(device) ? undefined : await probe(device, { timed: false });
  if (verdict?.works) conformance(device, () => openDevice(device), { random: 10 });
  else {
    describe(`conformance of ${device}`, () => {
      test.skip(
        verdict
          ? `${verdict.obstacle?.why ?? ""} ${verdict.obstacle?.mend ?? ""}`
          : "it is drawn in software; TEST_WEBGPU=1 runs it",
        () => undefined,
      );
    });
  }
}
