import { describe, expect, it } from "vitest";
import { engineEnvironment, lacksTunables } from "../../../src/engine/process/environment.js";

const ALL = "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=33554432:glibc.malloc.trim_threshold=1099511627776";

describe("the environment for computing", () => {
  it("tells glibc how to get and keep memory, on Linux only", () => {
    expect(engineEnvironment({ A: "1" }, "linux")).toEqual({ A: "1", GLIBC_TUNABLES: ALL });
    expect(engineEnvironment({ A: "1" }, "darwin")).toEqual({ A: "1" });
  });

  it("adds to other settings and leaves a decision alone", () => {
    expect(engineEnvironment({ GLIBC_TUNABLES: "glibc.malloc.arena_max=2" }, "linux").GLIBC_TUNABLES).toBe(
      `glibc.malloc.arena_max=2:${ALL}`,
    );
    const decided = ALL.replace("hugetlb=1", "hugetlb=0");
    expect(engineEnvironment({ GLIBC_TUNABLES: "glibc.malloc.hugetlb=0" }, "linux").GLIBC_TUNABLES).toBe(decided);
    expect(lacksTunables({ GLIBC_TUNABLES: decided }, "linux")).toBe(false);
  });

  it("lacks nothing once it has been made", () => {
    expect(lacksTunables({}, "linux")).toBe(true);
    expect(lacksTunables(engineEnvironment({}, "linux"), "linux")).toBe(false);
  });
});
