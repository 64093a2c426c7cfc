import { describe, expect, it } from "vitest";
import { classNames, classWords, findClasses, isClassifier, nearestClass } from "../../src/engine/classes.js";

const named = (word: string) => {
  const found = findClasses(word);
  return found && { name: found.name, count: found.members.length };
};

describe("what the classes of a network are called", () => {
  it("is in the order of ImageNet's networks, behind a background where there is one", () => {
    const names = classNames(1000);
    expect([names[0], names[1], names[291], names[999]]).toEqual(["tench", "goldfish", "lion", "toilet tissue"]);
    expect(classNames(1001).slice(0, 2)).toEqual(["background", "tench"]);
    expect(new Set(names).size).toBe(1000);
    expect([999, 1000, 1001, 21_841].map(isClassifier)).toEqual([false, true, true, false]);
  });

  it.each([
    ["peacock", "peacock"],
    ["Peacocks", "peacock"],
    ["STRAWBERRIES", "strawberry"],
    ["jelly fish", "jellyfish"],
    ["great gray owl", "great grey owl"],
    ["great-grey-owl", "great grey owl"],
    ["Strix nebulosa", "great grey owl"],
    ["lighthouse", "beacon"],
    ["mushroom", "mushroom"],
    ["sunglass", "sunglass"],
    ["sunglasses", "sunglasses"],
    ["crane", "crane"],
    ["construction crane", "construction crane"],
    ["cardigan", "cardigan"],
    ["Cardigan Welsh corgi", "Cardigan Welsh corgi"],
  ])("%s means %s", (word, name) => expect(named(word)).toEqual({ name, count: 1 }));

  it.each([
    ["dog", "dogs", 118],
    ["wolves", "wolves", 3],
    ["butterflies", "butterflies", 6],
    ["sharks", "sharks", 3],
    ["guitars", "guitar", 2],
    ["mushrooms", "mushrooms", 4],
    ["owl", "owl", 1],
  ])("%s means several: %s, %i", (word, name, count) => expect(named(word)).toEqual({ name, count }));

  it("is not guessed where a word means nothing, but the nearest is known", () => {
    expect(named("unicorn")).toBeUndefined();
    expect(named("")).toBeUndefined();
    expect(nearestClass("pecock")).toBe("peacock");
    expect(nearestClass("castel")).toBe("castle");
    expect(nearestClass("xqzwvk")).toBeUndefined();
  });

  it("finds each class by each word that is offered", () => {
    expect(classWords().filter((word) => findClasses(word)?.name !== word)).toEqual([]);
  });
});
