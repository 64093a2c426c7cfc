import { describe, expect, it } from "vitest";
import { engineEnvironment, lacksHugePages } from "../../../src/engine/process/environment.js";

const none = () => false;

describe("the environment for computing", () => {
  it("asks glibc for huge pages on Linux only", () => {
    expect(engineEnvironment({ A: "1" }, "linux", none)).toEqual({ A: "1", GLIBC_TUNABLES: "glibc.malloc.hugetlb=1" });
    expect(engineEnvironment({ A: "1" }, "darwin", () => true)).toEqual({ A: "1" });
  });

  it("takes jemalloc where it is installed, and huge pages with it", () => {
    const at = "/usr/lib64/libjemalloc.so.2";
    const env = engineEnvironment({ A: "1" }, "linux", (path) => path === at);
    expect(env).toMatchObject({ A: "1", GLIBC_TUNABLES: "glibc.malloc.hugetlb=1", LD_PRELOAD: at });
    expect(env.MALLOC_CONF).toContain("thp:always");
  });

  it("adds to other settings and leaves a decision alone", () => {
    expect(engineEnvironment({ GLIBC_TUNABLES: "glibc.malloc.arena_max=2" }, "linux", none).GLIBC_TUNABLES).toBe(
      "glibc.malloc.arena_max=2:glibc.malloc.hugetlb=1",
    );
    for (const own of [{ LD_PRELOAD: "" }, { LD_PRELOAD: "/lib/other.so" }, { MALLOC_CONF: "thp:never" }])
      expect(engineEnvironment(own, "linux", () => true)).toEqual({ ...own, GLIBC_TUNABLES: "glibc.malloc.hugetlb=1" });
    const decided = { GLIBC_TUNABLES: "glibc.malloc.hugetlb=0" };
    expect(engineEnvironment(decided, "linux", () => true)).toBe(decided);
    expect(lacksHugePages(decided, "linux")).toBe(false);
  });

  it("lacks nothing once it has been made", () => {
    expect(lacksHugePages({}, "linux")).toBe(true);
    expect(lacksHugePages(engineEnvironment({}, "linux"), "linux")).toBe(false);
  });
});
