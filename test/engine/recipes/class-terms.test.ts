import { describe, expect, it } from "vitest";
import {
  completeClasses,
  expectedClasses,
  readClasses,
  sayClassTerms,
} from "../../../src/engine/recipes/class-terms.js";

describe("what to dream into, as people type it", () => {
  it.each([
    ["peacock", "peacock"],
    ["jellyfish:0.7 castle:0.3", "jellyfish:0.7 castle:0.3"],
    ["Great Grey Owl:0.5, castles", "great-grey-owl:0.5 castle"],
    ["goldfish and castle", "goldfish castle"],
    ["goldfish + pizza:-1", "goldfish pizza:-1"],
    ["dogs", "dogs"],
    ["sports car teapot:2", "sports-car teapot:2"],
    ["two dogs", "dogs"],
    ["a castle and the 3 lions:0.5", "castle lion:0.5"],
    ["three toed sloth", "three-toed-sloth"],
    ["bicycle-built-for-two", "bicycle-built-for-two"],
  ])("%s", (typed, read) => {
    expect(readClasses(typed)).toBe(read);
    expect(readClasses(read)).toBe(read);
  });

  it.each([
    ["pecock", "things that the network knows. Did you mean peacock?"],
    ["castle jelyfish:2", "things that the network knows. Did you mean jellyfish?"],
    ["a glorbical", "things that the network knows, such as dogs, cats, big cats, wolves or castle"],
    ["two", '1 to 8 things with weights, such as "jellyfish:0.7 castle:0.3"'],
    ["", '1 to 8 things with weights, such as "jellyfish:0.7 castle:0.3"'],
    ["castle:0", '1 to 8 things with weights, such as "jellyfish:0.7 castle:0.3"'],
    ["castle:1e9", "things that the network knows. Did you mean castle?"],
    ["castle:99", '1 to 8 things with weights, such as "jellyfish:0.7 castle:0.3"'],
    ["lion ".repeat(9), '1 to 8 things with weights, such as "jellyfish:0.7 castle:0.3"'],
  ])("not %s", (typed, expected) => {
    expect(readClasses(typed)).toBeUndefined();
    expect(expectedClasses(typed)).toBe(expected);
  });

  it("is said in plain words", () => {
    expect(sayClassTerms("great-grey-owl:0.5")).toBe("great grey owl");
    expect(sayClassTerms("jellyfish castle lion")).toBe("jellyfish, castle and lion");
  });

  it.each([
    ["pea", ["peacock"]],
    ["great grey", ["great-grey-owl"]],
    ["goldfish:0.5 cast", ["goldfish:0.5 castle"]],
    ["great grey owl peac", ["great-grey-owl peacock"]],
    ["xyzzy", []],
  ])("is completed: %s", (typed, first) => expect(completeClasses(typed, first.length || 5)).toEqual(first));

  it("is offered by groups first, as many as a list takes", () => {
    expect(completeClasses("", 25)).toHaveLength(25);
    expect(completeClasses("", 25)[0]).toBe("dogs");
  });
});
