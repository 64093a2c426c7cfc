import { describe, expect, it } from "vitest";
import { machineMegabytes, memoryForJobs, memoryForMaps } from "../../src/app/machine-memory.js";
import { loadConfig } from "../../src/app/settings/load-settings.js";

const withSettings = (environment: Record<string, string> = {}) => loadConfig(environment);

describe("memory for pictures", () => {
  it("is what the machine can spare, or what the settings say", () => {
    expect(memoryForJobs(withSettings(), 24_000)).toBe(22_200);
    // A small machine gives a quarter, although the program alone may want more than it has.
    expect(memoryForJobs(withSettings(), 2_000)).toBe(500);
    expect(memoryForJobs(withSettings({ QUEUE_MEMORY_MEGABYTES: "700" }), 24_000)).toBe(700);
    expect(machineMegabytes()).toBeGreaterThan(100);
    expect(machineMegabytes()).toBeLessThan(1e8);
  });

  it("leaves tiles what the settings say, and less where there is less", () => {
    expect(memoryForMaps(withSettings(), 24_000)).toBe(3_000);
    expect(memoryForMaps(withSettings(), 4_000)).toBe(1_650);
    expect(memoryForMaps(withSettings({ QUEUE_MEMORY_MEGABYTES: "1000" }), 24_000)).toBe(750);
    expect(memoryForMaps(withSettings({ ENGINE_MEMORY_MEGABYTES: "0" }), 4_000)).toBe(Number.POSITIVE_INFINITY);
  });
});
