import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { isUnfinished, writeDurably } from "../../src/shared/write-durably.js";
import { newFolder } from "../support/new-folder.js";

it("is known to be writing a file until that is whole, and not what another process has left", async () => {
  const dir = newFolder();
  const left = join(dir, ".left.part");
  writeFileSync(left, "half");
  const bytes = Buffer.alloc(8_000_000, 7);
  const seen = new Set<boolean>();
  let over = false;
  const written = writeDurably(join(dir, "whole"), bytes).finally(() => {
    over = true;
  });
  while (!over) {
    for (const name of readdirSync(dir))
      if (name.endsWith(".part") && name !== ".left.part") seen.add(isUnfinished(join(dir, name)));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await written;
  expect([...seen]).toEqual([true]);
  expect(isUnfinished(left)).toBe(false);
  expect(readdirSync(dir).sort()).toEqual([".left.part", "whole"]);
  expect(readFileSync(join(dir, "whole")).equals(bytes)).toBe(true);
});

it("leaves nothing where it fails, and is not writing it any more", async () => {
  const dir = newFolder();
  writeFileSync(join(dir, "file"), "");
  await expect(writeDurably(join(dir, "file", "inside"), Buffer.from("x"))).rejects.toThrow("ENOTDIR");
  expect(readdirSync(dir)).toEqual(["file"]);
});
