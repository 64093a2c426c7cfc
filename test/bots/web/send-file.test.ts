/** Which part of a file is asked for. */
import { expect, it } from "vitest";
import { readRange } from "../../../src/bots/web/send-file.js";

it.each([
  [undefined, undefined],
  ["bytes=0-1", { start: 0, end: 2 }],
  ["bytes=0-", { start: 0, end: 10 }],
  ["bytes=9-99", { start: 9, end: 10 }],
  ["bytes=-2", { start: 8, end: 10 }],
  ["bytes=-99", { start: 0, end: 10 }],
  ["bytes=10-", "beyond"],
  ["bytes=-0", "beyond"],
  ["bytes=3-2", undefined],
  ["bytes=-", undefined],
  ["bytes=0-1,4-5", undefined],
  ["items=0-1", undefined],
  ["bytes=0x1-2", undefined],
  [`bytes=0-${"9".repeat(40)}`, undefined],
])("a range of ten bytes: %s", (header, range) => {
  expect(readRange(header, 10)).toEqual(range);
});

it("an empty file has no range", () => {
  for (const range of ["bytes=0-", "bytes=-1"]) expect(readRange(range, 0)).toBe("beyond");
});
