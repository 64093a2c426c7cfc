import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { makeFolder } from "../../src/shared/make-folder.js";
import { openStore } from "../../src/store/open.js";
import { newFolder } from "../support/new-folder.js";

it("makes a folder with those above it, and says why where it cannot", () => {
  const root = newFolder();
  makeFolder(join(root, "a", "b", "c"));
  makeFolder(join(root, "a", "b", "c"));
  expect(existsSync(join(root, "a", "b", "c"))).toBe(true);
  writeFileSync(join(root, "file"), "");
  expect(() => makeFolder(join(root, "file", "below"))).toThrow();
});

it.runIf(existsSync("/proc/self"))(
  "ends, and says what would help, where the system denies that an existing folder exists",
  () => {
    expect(() => openStore({ dir: "/proc/nope/data" })).toThrow(
      /^\/proc\/nope\/data\S* cannot be written \(E\w+\): make it writable, or name another folder/,
    );
  },
);
