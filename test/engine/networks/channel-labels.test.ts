import { expect, it } from "vitest";
import { findClasses } from "../../../src/engine/classes.js";
import { channelsFor, labelledLayer, labelsOf } from "../../../src/engine/networks/channel-labels.js";
import { naming, vgg } from "../recipes/tiny.js";

const LAYER = "block3_conv1";
const placeOf = (word: string) => new Map([[findClasses(word)?.members[0] ?? -1, 1]]);

it("names channels of the layer that the classifier reads by the class that they speak for, and no others", () => {
  expect(labelledLayer(naming)).toBe(LAYER);
  for (const [channel, name] of [[0, "goldfish"] as const, [1, "castle"] as const, [3, "lion"] as const]) {
    const [first, second] = labelsOf(naming, LAYER, channel) ?? [];
    expect(first?.name).toBe(name);
    // One weight of a thousand stands out: sqrt(1000) deviations, less what the other classes' weights add.
    expect(first?.deviations).toBeGreaterThan(20);
    expect(first?.deviations).toBeLessThan(Math.sqrt(1000));
    expect(second?.deviations).toBeLessThan(1);
  }
  expect(labelsOf(naming, "block2_conv1", 0)).toBeUndefined();
});

it("finds the channels that speak for something", () => {
  expect(channelsFor(naming, placeOf("castle"), 3)).toEqual({
    layer: LAYER,
    channels: [1, ...[expect.any(Number), expect.any(Number)]],
  });
  const dogs = new Map((findClasses("dogs")?.members ?? []).map((place) => [place, 1]));
  expect(channelsFor(naming, dogs, 1)?.channels).toEqual([4]);
});

it("knows no labels in a network that names nothing", () => {
  expect(labelledLayer(vgg)).toBeUndefined();
  expect(labelsOf(vgg, LAYER, 0)).toBeUndefined();
  expect(channelsFor(vgg, placeOf("castle"), 3)).toBeUndefined();
});
