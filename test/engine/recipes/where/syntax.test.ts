import { describe, expect, it } from "vitest";
import {
  completeWhere,
  expectedWhere,
  parseWhere,
  readStyleWhere,
  readWhere,
} from "../../../../src/engine/recipes/where/syntax.js";

describe("a place", () => {
  it.each([
    ["Top", "top"],
    ["top left", "top left"],
    ["bottom-right", "bottom right"],
    ["center", "centre"],
    ["#08F", "#0088ff"],
    ["0080ff", "#0080ff"],
    ["mountain", "mountains"],
    ["cup", "cups"],
    ["goldfish", "goldfish"],
    ["Great Grey Owl", "great grey owl"],
    ["not mountain", "not mountains"],
    ["NOT-top-left", "not top left"],
    ["mask", "mask"],
    ["not opaque", "not opaque"],
  ])("%s is %s, which means the same again", (typed, text) => {
    expect(readWhere(typed)).toBe(text);
    expect(readWhere(text)).toBe(text);
    expect(readStyleWhere(typed)).toBe(text.replaceAll(" ", "-"));
    expect(readWhere(readStyleWhere(typed) ?? "")).toBe(text);
  });

  it("of a thing is all that is alike, and of a name of its own that one", () => {
    expect(parseWhere("cup")).toMatchObject({ kind: "class", not: false });
    const members = (word: string) => (parseWhere(word) as { readonly members?: readonly number[] }).members?.length;
    expect(members("cup")).toBe(3);
    expect(members("cat")).toBe(5);
    expect(members("espresso")).toBe(1);
  });

  it.each(["", "not", "sky", "top bottom left", "#12", "#ggg", "cafe, please", "rest"])("is not %j", (typed) => {
    expect(readWhere(typed)).toBeUndefined();
  });

  it("is the rest for styles only", () => {
    expect(readStyleWhere("rest")).toBe("rest");
  });
});

describe("a word without a class", () => {
  it.each([
    ["sky", 'knows no sky: try top, "not mountain"'],
    ["not water", "knows no water: try lakeside"],
    ["person", "knows no person: try centre or a mask"],
    ["Trees", "knows no trees: try its colour"],
    ["mountan", "Did you mean mountains?"],
    ["topp", "Did you mean top?"],
  ])("%s is told what helps", (typed, help) => {
    expect(expectedWhere(typed)).toContain(help);
  });

  it("has helps that are places themselves", () => {
    for (const typed of ["sky", "water", "person", "tree", "ground"]) {
      const [, helps = ""] = expectedWhere(typed).split(": try ");
      const words = helps.match(/"[^"]+"|#\w+|\w+/g)?.filter((word) => !/^(or|its|colour|such|as|a)$/.test(word)) ?? [];
      expect(words.length).toBeGreaterThan(0);
      for (const word of words) expect(readWhere(word.replaceAll('"', "")), word).toBeDefined();
    }
  });
});

it("completes words, also after not", () => {
  expect(completeWhere("", 3)).toEqual(["top", "bottom", "left"]);
  expect(completeWhere("not moun", 1)).toEqual(["not mountains"]);
  for (const word of completeWhere("", 2000)) expect(readWhere(word), word).toBeDefined();
});
