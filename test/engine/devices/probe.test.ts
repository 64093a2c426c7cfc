import { describe, expect, test } from "vitest";
import { probe } from "../../../src/engine/devices/probe.js";

const worker = (name: string): URL => new URL(`./workers/${name}.mjs`, import.meta.url);

describe("trying a device in a process of its own", () => {
  test("the CPU works, agrees with itself, and its step is timed", async () => {
    const verdict = await probe("onnx-cpu");
    expect(verdict).toMatchObject({ device: "onnx-cpu", works: true, disagreement: 0 });
    expect(verdict.stepMs).toBeGreaterThan(0);
  });

  test("tfjs agrees with the CPU", async () => {
    const verdict = await probe("tfjs-cpu", { timed: false });
    expect(verdict).toMatchObject({ device: "tfjs-cpu", works: true });
    expect(verdict.disagreement).toBeGreaterThan(0);
    expect(verdict.disagreement).toBeLessThan(1e-5);
    expect(verdict.stepMs).toBeUndefined();
  });

  test("a crash is reported, and takes nothing down", async () => {
    const verdict = await probe("onnx-cpu", { worker: worker("crashes") });
    expect(verdict).toMatchObject({ works: false, obstacle: { why: "Trying it crashed (SIGSEGV)." } });
    expect(verdict.obstacle?.mend).not.toBe("");
  });

  test("one that hangs is ended and reported", async () => {
    const verdict = await probe("onnx-cpu", { worker: worker("hangs"), limitMs: 1500 });
    expect(verdict).toMatchObject({ works: false, obstacle: { why: "It did not finish within 1.5 s." } });
  });

  test("one that is right but slow works, without a time", async () => {
    const verdict = await probe("onnx-cpu", { worker: worker("slow"), limitMs: 6000 });
    expect(verdict).toMatchObject({ works: true, disagreement: 1e-6 });
    expect(verdict.stepMs).toBeUndefined();
  });

  test("one whose gradient is another is not used", async () => {
    const verdict = await probe("onnx-cpu", { worker: worker("wrong") });
    expect(verdict).toMatchObject({
      works: false,
      obstacle: { why: "Its gradient is not the CPU's: they differ by 0.30." },
    });
  });
});
