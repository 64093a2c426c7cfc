import { expect, test } from "vitest";
import { cutText, duration, graphemesOf } from "../../src/shared/text.js";

test("a text that fits stays as it is", () => {
  expect(cutText("Painting", 8)).toBe("Painting");
});

test("a longer one is cut to the length, its mark included", () => {
  expect(cutText("A long title", 8)).toBe("A long …");
  expect(cutText("A long title", 8, " …")).toBe("A long …");
});

test("never inside an emoji of several code points, nor between a letter and its accent", () => {
  expect(cutText("ab👩‍🎨cd", 5)).toBe("ab…");
  expect(cutText("cafe\u0301s", 5)).toBe("caf…");
  expect(cutText("👩‍🎨👩‍🎨", 9)).toBe("👩‍🎨…");
});

test("graphemes are what a reader counts", () => {
  expect(graphemesOf("a👩‍🎨e\u0301")).toEqual(["a", "👩‍🎨", "e\u0301"]);
});

test.each([
  [59.6, "1 min"],
  [3594, "59 min 50 s"],
  [3599, "1 h"],
  [7160, "1 h 59 min"],
  [7180, "2 h"],
  [7199, "2 h"],
])("%d s is %s", (seconds, said) => {
  expect(duration(seconds)).toBe(said);
});
