import { describe, expect, it, vi } from "vitest";
import { SqliteFile } from "../../src/shared/sqlite-file.js";
import type { NewStyle } from "../../src/store/styles.js";
import { bytes, club, makeStore } from "./make.js";

const limits = { perCommunity: 5, perPerson: 3 };
const style = (name: string, emoji: string, more: Partial<NewStyle> = {}): NewStyle => ({
  ...club,
  name,
  emoji,
  author: { id: "ann", name: "Ann" },
  picture: { bytes: bytes(name) },
  ...more,
});

describe("a community's styles", () => {
  it("are found by name in any case, and by emoji with or without its selector", async () => {
    const { store, clock } = makeStore();
    const heart = await store.styles.add(style("Éclair", "❤️"), limits);
    const rust = await store.styles.add(style("rust", "🍂"), limits);
    expect(heart).toMatchObject({
      name: "Éclair",
      emoji: "❤️",
      author: { id: "ann", name: "Ann" },
      createdAt: clock.now,
    });
    for (const wanted of ["éclair", "ÉCLAIR", "E\u0301clair", "❤", "❤️"])
      expect(store.styles.find(club, wanted)?.id, wanted).toBe(heart.id);
    expect(store.styles.find(club, "🍂")).toEqual(rust);
    expect(store.styles.find({ ...club, community: "other" }, "rust")).toBeUndefined();
    expect(store.styles.find(club, "rus%")).toBeUndefined();
    expect(store.styles.list(club).map(({ name }) => name)).toEqual(["rust", "Éclair"]);
    expect(Buffer.from((await store.styles.picture(rust)) ?? []).toString()).toBe("rust");
  });

  it("can be added again after the disk has refused them", async () => {
    const { store } = makeStore();
    const synced = vi.spyOn(SqliteFile.prototype, "synced").mockRejectedValueOnce(new Error("EIO"));
    await expect(store.styles.add(style("rust", "🍂"), limits)).rejects.toThrow("EIO");
    synced.mockRestore();
    expect((await store.styles.add(style("rust", "🍂"), limits)).name).toBe("rust");
  });

  it("have each name and each emoji once in a community", async () => {
    const { store } = makeStore();
    await store.styles.add(style("rust", "🍂"), limits);
    await expect(store.styles.add(style("RUST", "🌊"), limits)).rejects.toMatchObject({
      kind: "taken",
      message: "There is already a style rust; choose another name.",
    });
    await expect(store.styles.add(style("leaf", "🍂"), limits)).rejects.toMatchObject({
      kind: "taken",
      message: "🍂 is already the style rust; choose another emoji.",
    });
    await store.styles.add(style("rust", "🍂", { community: "other" }), limits);
    expect(store.images.total().images).toBe(1);
  });

  it("are limited in a community and a person, also when many come at once", async () => {
    const { store } = makeStore();
    const names = ["a", "b", "c", "d", "e", "f"];
    const first = await Promise.allSettled(names.map((name) => store.styles.add(style(name, name), limits)));
    const refused = first.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    expect(refused).toHaveLength(3);
    for (const reason of refused) {
      expect(reason).toMatchObject({
        kind: "too-many",
        message: "You have already added 3 styles here, the most one person may have; remove one first.",
      });
    }
    const bob = { author: { id: "bob", name: "Bob" } };
    await store.styles.add(style("g", "g", bob), limits);
    await store.styles.add(style("h", "h", bob), limits);
    await expect(store.styles.add(style("i", "i", bob), limits)).rejects.toMatchObject({
      kind: "too-many",
      message: "There are already 5 styles here, the most there can be; remove one first.",
    });
  });

  it("are renamed, also to another case of the same name, and removed with their picture", async () => {
    const { store } = makeStore();
    const rust = await store.styles.add(style("rust", "🍂"), limits);
    await store.styles.add(style("ink", "🖋"), limits);
    expect(store.styles.rename(rust.id, "Rust").name).toBe("Rust");
    expect(() => store.styles.rename(rust.id, "INK")).toThrow("There is already a style ink; choose another name.");
    expect(store.styles.rename(rust.id, "copper")).toEqual({ ...rust, name: "copper" });
    expect([store.styles.find(club, "rust"), store.styles.find(club, "copper")?.id]).toEqual([undefined, rust.id]);
    expect(store.styles.remove([rust.id])).toBe(1);
    expect(store.styles.remove([rust.id])).toBe(0);
    expect(() => store.styles.rename(rust.id, "x")).toThrow("This style is no longer there.");
    expect(store.images.total().images).toBe(1);
    expect(store.styles.of({ platform: "fake", user: "ann" }).map(({ name }) => name)).toEqual(["ink"]);
  });
});
