import { describe, expect, it } from "vitest";
import { openStore } from "../../src/store/open.js";
import { newFolder } from "../support/new-folder.js";
import { art as artChannel, club, makeStore } from "./make.js";

const art = { ...club, channel: artChannel.id };

describe("settings of a place", () => {
  it("hold in the channel, else in the community, else not at all", () => {
    const { settings } = makeStore().store;
    expect(settings.effective(art, "size")).toBeUndefined();
    settings.set(club, "size", 512);
    expect(settings.effective(art, "size")).toEqual({ value: 512, from: "community" });
    expect(settings.effective(club, "size")).toEqual({ value: 512, from: "community" });
    settings.set(art, "size", 256);
    expect(settings.effective(art, "size")).toEqual({ value: 256, from: "channel" });
    expect(settings.effective({ ...club, channel: "hall" }, "size")).toEqual({ value: 512, from: "community" });
    expect(settings.effective(club, "size")).toEqual({ value: 512, from: "community" });
    expect(settings.effective({ ...art, community: "other" }, "size")).toBeUndefined();
    expect(settings.effective({ ...art, platform: "other" }, "size")).toBeUndefined();
    settings.set(art, "size", undefined);
    expect(settings.effective(art, "size")).toEqual({ value: 512, from: "community" });
    settings.set(club, "size", undefined);
    expect(settings.effective(art, "size")).toBeUndefined();
  });

  it("hold whatever JSON can say, and outlive a restart", async () => {
    const dir = newFolder();
    const values = { off: false, zero: 0, empty: "", list: ["a", 1, true], tree: { a: { b: [] } } };
    const first = openStore({ dir });
    for (const [key, value] of Object.entries(values)) first.settings.set(art, key, value);
    first.settings.set(art, "zero", 5);
    first.settings.set(art, "zero", 0);
    first.settings.set(club, "off", true);
    await first.close();
    const { settings } = makeStore({ dir }).store;
    expect(settings.all(art)).toEqual(values);
    expect(settings.all(club)).toEqual({ off: true });
    expect(settings.get(art, "off")).toBe(false);
    expect(settings.effective(art, "off")).toEqual({ value: false, from: "channel" });
    expect(settings.get(club, "list")).toBeUndefined();
  });
});
