import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { vulkanDrivers, vulkanProblem } from "../../../src/engine/devices/vulkan.js";
import { newFolder } from "../../support/new-folder.js";

describe("Vulkan drivers", () => {
  test("are those that the environment names, where it does", () => {
    expect(vulkanDrivers({ VK_DRIVER_FILES: "/a/nvidia_icd.json:/b/lvp_icd.x86_64.json" })).toEqual([
      "nvidia_icd.json",
      "lvp_icd.x86_64.json",
    ]);
    expect(vulkanDrivers({ VK_ICD_FILENAMES: "/a/radeon_icd.json" })).toEqual(["radeon_icd.json"]);
  });

  test("are found in the data folders", () => {
    const root = newFolder();
    mkdirSync(join(root, "vulkan/icd.d"), { recursive: true });
    writeFileSync(join(root, "vulkan/icd.d/intel_icd.json"), "{}");
    writeFileSync(join(root, "vulkan/icd.d/README"), "");
    expect(vulkanDrivers({ XDG_DATA_DIRS: `/nowhere:${root}` })).toContain("intel_icd.json");
    expect(vulkanDrivers({ XDG_DATA_DIRS: `/nowhere:${root}` })).not.toContain("README");
  });

  test("that draw on the CPU are not worth a GPU's place", () => {
    expect(vulkanProblem([])).toBe("none");
    expect(vulkanProblem(["lvp_icd.x86_64.json", "vk_swiftshader_icd.json"])).toBe("software");
    expect(vulkanProblem(["lvp_icd.x86_64.json", "radeon_icd.x86_64.json"])).toBeUndefined();
  });
});
