import { describe, expect, it } from "vitest";
import { chosenFrames, movingFacts, readExcerpt, sayExcerpt } from "../../src/shared/moving.js";
import { scene } from "../engine/recipes/tiny.js";
import { filmFile } from "../support/film.js";
import { drawn } from "../support/pictures.js";

const frames = Array.from({ length: 4 }, (_, i) => scene(40 + 0 * i, 30)).map((frame, i) => ({
  ...frame,
  data: frame.data.map((v) => v + i),
}));

describe("what a file says of its frames", () => {
  it.each(["gif", "webp"] as const)("%s: their size, how long each is shown, whether it loops", async (format) => {
    const times = [100, 40, 250, 40];
    expect(await movingFacts(await filmFile(frames, times, { format }))).toEqual({
      width: 40,
      height: 30,
      delays: times,
      loops: true,
    });
    expect(await movingFacts(await filmFile(frames, times, { format, loop: 1 }))).toMatchObject({ loops: false });
  });

  it("is that frames without a time are shown as browsers show them", async () => {
    const file = await filmFile(frames, [0, 10, 20, 30]);
    expect((await movingFacts(file))?.delays).toEqual([100, 100, 20, 30]);
  });

  it.each(["png", "jpeg", "gif", "webp"] as const)("is nothing of a still %s", async (format) => {
    expect(await movingFacts(await drawn(32, 24, format))).toBeUndefined();
  });
});

describe("a part of a moving picture", () => {
  it.each([
    ["still", "still"],
    ["all", "all"],
    ["Half", "half"],
    ["3s", "3s"],
    ["2.5 s third", "third 2.5s"],
    ["third 12s", "third 12s"],
  ])("%s is read, and said as %s", (typed, said) => {
    const read = readExcerpt(typed);
    expect(read && sayExcerpt(read)).toBe(said);
    expect(readExcerpt(said)).toEqual(read);
  });

  it.each(["", "some", "half half", "still 3s", "0s", "9999s", "3", "-2s"])("%j is none", (typed) => {
    expect(readExcerpt(typed)).toBeUndefined();
  });

  it("lasts as long as what it stands for", () => {
    const delays = [100, 50, 50, 200, 100];
    const of = (text: string) => chosenFrames({ delays }, readExcerpt(text) ?? { still: false, every: 99 });
    expect(of("all")).toEqual({ places: [0, 1, 2, 3, 4], delays });
    expect(of("half")).toEqual({ places: [0, 2, 4], delays: [150, 250, 100] });
    expect(of("0.2s")).toEqual({ places: [0, 1, 2], delays: [100, 50, 50] });
    expect(of("half 0.4s")).toEqual({ places: [0, 2], delays: [150, 250] });
  });
});
