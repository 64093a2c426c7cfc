import { describe, expect, it } from "vitest";
import { engineEnvironment, lacksHugePages } from "../../../src/engine/process/environment.js";

describe("the environment for computing", () => {
  it("asks glibc for huge pages on Linux only", () => {
    expect(engineEnvironment({ A: "1" }, "linux")).toEqual({ A: "1", GLIBC_TUNABLES: "glibc.malloc.hugetlb=1" });
    expect(engineEnvironment({ A: "1" }, "darwin")).toEqual({ A: "1" });
  });

  it("adds to other settings and leaves a decision alone", () => {
    expect(engineEnvironment({ GLIBC_TUNABLES: "glibc.malloc.arena_max=2" }, "linux").GLIBC_TUNABLES).toBe(
      "glibc.malloc.arena_max=2:glibc.malloc.hugetlb=1",
    );
    const decided = { GLIBC_TUNABLES: "glibc.malloc.hugetlb=0" };
    expect(engineEnvironment(decided, "linux")).toBe(decided);
    expect(lacksHugePages(decided, "linux")).toBe(false);
  });

  it("lacks nothing once it has been made", () => {
    expect(lacksHugePages({}, "linux")).toBe(true);
    expect(lacksHugePages(engineEnvironment({}, "linux"), "linux")).toBe(false);
  });
});
