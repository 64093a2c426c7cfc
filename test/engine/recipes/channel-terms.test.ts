import { describe, expect, it } from "vitest";
import type { Network } from "../../../src/engine/networks/network.js";
import { channelsOf, parseChannels } from "../../../src/engine/recipes/channel-terms.js";
import { vgg } from "./tiny.js";

const slashes: Network = { ...vgg, layers: vgg.layers.map((l) => ({ ...l, name: `mixed/${l.name}/out_1` })) };

describe("channels as people write them", () => {
  it("take a layer of their own or a common one, and weights", () => {
    expect(parseChannels("4:1 7:-0.5, block2_conv1/11", vgg, "block1_conv1")).toEqual([
      { layer: "block1_conv1", channel: 4, weight: 1 },
      { layer: "block1_conv1", channel: 7, weight: -0.5 },
      { layer: "block2_conv1", channel: 11, weight: 1 },
    ]);
  });

  it("may have layers with slashes in their names", () => {
    expect(parseChannels("mixed/block2_conv1/out_1/3:2", slashes, undefined)).toEqual([
      { layer: "mixed/block2_conv1/out_1", channel: 3, weight: 2 },
    ]);
  });

  it.each([
    ["4:", '"4:" is not a channel. Write channels as number:weight'],
    ["4:much", '"4:much" is not a channel.'],
    ["4:0", 'The weight of "4:0" must be'],
    ["4:1e300", 'The weight of "4:1e300" must be'],
    ["-1", '"-1" is not a channel.'],
    ["eyes", '"eyes" is not a channel.'],
    ["  ", "No channel is named."],
    ["4", '"4" needs its layer.'],
    ["block1_conv1/8", "block1_conv1 of random-vgg has channels 0 to 7; there is no 8."],
    ["block9_conv1/1", "random-vgg has no layer called block9_conv1; did you mean"],
  ])("are refused with a sentence: %s", (text, sentence) => {
    expect(() => parseChannels(text, vgg, undefined)).toThrow(sentence);
  });

  it("know how many there are", () => {
    expect(channelsOf(vgg)("block3_conv1")).toBe(16);
  });
});
